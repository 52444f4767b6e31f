import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { isAlive } from "../../platform/system-processes.ts";
import { StartError } from "../start-error.ts";
import { startLeash } from "./leash.ts";
import { startPart } from "./part.ts";
import type { PartEvent, PartPlan } from "./part-plan.ts";

const folder = mkdtempSync(join(tmpdir(), "everturn-part-"));
const leash = startLeash();
after(() => {
  leash.close();
  rmSync(folder, { recursive: true, force: true });
});

function plan(name: string, script: string, changes: Partial<PartPlan> = {}): PartPlan {
  return {
    name,
    command: process.execPath,
    args: ["-e", script],
    env: process.env,
    stopSignal: "SIGTERM",
    graceMs: 5_000,
    readyWithinMs: 20_000,
    readyLine: "ready",
    ...changes,
  };
}

/** Surroundings that tell when an event has come. */
function watched() {
  const events: PartEvent[] = [];
  let look = () => {};
  const onChange = (event: PartEvent) => {
    events.push(event);
    look();
  };
  const sees = (what: PartEvent["what"], times: number) =>
    new Promise<void>((resolve) => {
      look = () => {
        if (events.filter((event) => event.what === what).length >= times) resolve();
      };
      look();
    });
  return { surroundings: { leash, logFolder: folder, onChange }, events, sees };
}

const STAYS = "console.log('ready'); setInterval(() => {}, 1000)";

test("a killed part comes back under a new pid, without its fail point", async () => {
  const { surroundings, sees } = watched();
  const script = "console.log('ready', process.env.POINT ?? 'none'); setInterval(() => {}, 1000)";
  const env = { ...process.env, POINT: "here" };
  const part = await startPart(plan("killed", script, { env, onlyFirstStart: ["POINT"] }), surroundings);
  const first = part.pid();
  assert.ok(first !== undefined);
  process.kill(first, "SIGKILL");
  await sees("ready", 1);
  assert.notEqual(part.pid(), first);
  await part.stop();
  assert.equal(readFileSync(join(folder, "killed.log"), "utf8"), "ready here\nready none\n");
});

test("a stopped part is gone and stays gone", async () => {
  const { surroundings, events } = watched();
  const part = await startPart(plan("stopped", STAYS), surroundings);
  const pid = part.pid();
  assert.ok(pid !== undefined && isAlive(pid));
  await part.stop();
  await part.stop();
  assert.equal(isAlive(pid), false);
  assert.deepEqual(
    events.map((event) => event.what),
    ["started"],
  );
});

test("a part that ignores its stop signal is killed after its grace time", async () => {
  const { surroundings } = watched();
  const script = `process.on('SIGTERM', () => {}); ${STAYS}`;
  const part = await startPart(plan("stubborn", script, { graceMs: 50 }), surroundings);
  const pid = part.pid();
  await part.stop();
  assert.equal(isAlive(pid ?? 0), false);
});

test("a part that dies before it is ready fails the start, with the tail of its log", async () => {
  const { surroundings } = watched();
  const start = startPart(plan("broken", "console.error('no such table'); process.exit(3)"), surroundings);
  await assert.rejects(start, (error) => {
    assert.ok(error instanceof StartError);
    assert.match(
      error.message,
      /broken did not start: it ended with code 3 before it was ready\nno such table\n/,
    );
    return true;
  });
});

test("a part that is not ready in time, or cannot be run at all, fails the start", async () => {
  const { surroundings } = watched();
  await assert.rejects(
    startPart(plan("silent", "setInterval(() => {}, 1000)", { readyWithinMs: 100 }), surroundings),
    /not ready in time/,
  );
  await assert.rejects(
    startPart(plan("absent", "", { command: join(folder, "no-such-program") }), surroundings),
    /absent did not start: it could not be run/,
  );
});

test("a part can be ready by a probe that is asked until it answers", async () => {
  const { surroundings } = watched();
  let asked = 0;
  const probe = () => (++asked < 3 ? Promise.reject(new Error("not yet")) : Promise.resolve());
  const { readyLine: _, ...probed } = plan("probed", STAYS, { probe });
  const part = await startPart(probed, surroundings);
  assert.equal(asked, 3);
  await part.stop();
});

test("a child does not outlive a supervisor that is killed by SIGKILL", async () => {
  const script = `
    import { spawn } from "node:child_process";
    import { startLeash } from ${JSON.stringify(new URL("leash.ts", import.meta.url).href)};
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { detached: true, stdio: "ignore" });
    startLeash().hold(child.pid, "SIGTERM");
    console.log(child.pid);
    setInterval(() => {}, 1000);`;
  const supervisor = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(supervisor.stdout, "data")) as [Buffer];
  const pid = Number(line.toString());
  assert.ok(isAlive(pid));
  supervisor.kill("SIGKILL");
  await once(supervisor, "exit");
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
});
