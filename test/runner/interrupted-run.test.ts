// Tests: however a test run ends, nothing that it started goes on.
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, globSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const RUN = fileURLToPath(new URL("./run.ts", import.meta.url));
const FIXTURE = fileURLToPath(new URL("./__fixtures__/endless-run.ts", import.meta.url));

// Reading the environment of every process of the machine takes a while.
const POLL_MS = 300;
// A whole test run starts in it.
const WAIT_MS = 240_000;

interface NestedRun {
  readonly child: ChildProcess;
  /** The command lines of what it started and what still runs. */
  running(): string[];
  readonly folder: string;
}

function startRun(t: TestContext): NestedRun {
  const folder = mkdtempSync(join(tmpdir(), "everturn-nested-"));
  // Open to the user that Postgres runs as when the tests run as root.
  chmodSync(folder, 0o755);
  const marker = `endless-${randomBytes(6).toString("hex")}`;
  // A process group of its own, so that a signal reaches what Ctrl-C in a terminal would reach.
  const child = spawn(process.execPath, [RUN, FIXTURE], {
    env: { ...process.env, TMPDIR: folder, EVERTURN_TEST_MARKER: marker },
    stdio: "ignore",
    detached: true,
  });
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const running = () =>
    execFileSync("ps", ["axeww", "-o", "pid=,args="], { encoding: "utf8", maxBuffer: 1e9 })
      .split("\n")
      .filter((line) => line.includes(folder) || line.includes(marker));
  return { child, running, folder };
}

async function until(what: string, probe: () => boolean): Promise<void> {
  const endsAt = performance.now() + WAIT_MS;
  while (!probe()) {
    if (performance.now() > endsAt) throw new Error(`not in time: ${what}`);
    await sleep(POLL_MS);
  }
}

async function assertNothingLeft(run: NestedRun): Promise<void> {
  await until("all processes have ended", () => run.running().length === 0);
  await until("the run's folder is removed", () => readdirSync(run.folder).length === 0);
}

test("a killed test run leaves no process and no file behind", async (t) => {
  const run = startRun(t);
  await until("the command runs", () => globSync(join(run.folder, "*", "everything-runs")).length > 0);
  const before = run.running().join("\n");
  for (const part of [
    /postgres/,
    /start-dev/,
    /lane\.ts/,
    /main\.m?[jt]s api/,
    /main\.m?[jt]s worker/,
    /tee -a log/,
  ])
    assert.match(before, part);
  run.child.kill("SIGKILL");
  await assertNothingLeft(run);
});

test("a test run interrupted while its servers start leaves no process and no file behind", async (t) => {
  const run = startRun(t);
  await until("Postgres starts", () => run.running().some((line) => /postgres.* -D /.test(line)));
  process.kill(-(run.child.pid as number), "SIGINT");
  await once(run.child, "exit");
  await assertNothingLeft(run);
});
