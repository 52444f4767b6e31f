import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { identify } from "../../../platform/system-processes.ts";
import { journalLimits } from "../agent-limits.ts";
import { Effects } from "../effects.ts";
import { Journal } from "../journal.ts";
import { markedCommand, newMark } from "./call-processes.ts";
import { openProcesses } from "./open-processes.ts";
import { createProcesses } from "./processes.ts";

function newFolder(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "open-processes-")));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An agent's state, opened as the agent does. */
async function open(t: TestContext, folder: string) {
  const log = () => undefined;
  const journal = Journal.open(folder, journalLimits, log);
  const table = await openProcesses({ root: folder, stateFolder: folder, env: {}, journal, log });
  const close = async () => {
    await table.close();
    journal.close();
  };
  t.after(close);
  return { processes: createProcesses(table), effects: new Effects(journal, Date.now), close };
}

const digestOf = (what: unknown) => createHash("sha256").update(JSON.stringify(what)).digest("hex");
const commandDigest = (command: string) => digestOf([command, ".", [], false]);
const started_at = new Date(0).toISOString();
const exited = { exit_code: 3, signal: null, start_error: null, ended_at: started_at, elapsed_ms: 5 };

/** The state of an agent that had no journal.db yet. Two records are damaged. */
function writeOldState(folder: string, running: number): void {
  const write = (key: string, order: number, files: Readonly<Record<string, unknown>>) => {
    const own = join(folder, "processes", createHash("sha256").update(key).digest("hex").slice(0, 40));
    mkdirSync(own, { recursive: true });
    const start = { key, digest: commandDigest("exit 3"), command: "exit 3", cwd: ".", started_at, order };
    for (const [name, value] of Object.entries({ "start.json": start, ...files })) {
      writeFileSync(join(own, name), typeof value === "string" ? value : JSON.stringify(value));
    }
  };
  write("lost", 3, { "output-0000000000000000": "half", "pid.json": identityOf(running) });
  write("done", 2, {
    "output-0000000000000000": "whole",
    "end.json": { state: "exited", ...exited, output_bytes: 5 },
  });
  write("half", 4, { "start.json": '{"key":"ha' });
  const process = { key: "old", command: "ex", cwd: ".", started_at, state: "exited", pid: null, ...exited };
  const forgotten = { digest: commandDigest("exit 3"), order: 1, process: { ...process, output_bytes: 7 } };
  writeFileSync(join(folder, "forgotten.jsonl"), `\n${JSON.stringify(forgotten)}\n{"digest":1}`);
  const effect = (key: string) => ({ key, digest: digestOf(["write", key]), at: Date.now() });
  const answer = { ...effect("w1"), outcome: { type: "answer", answer: "written" } };
  const lines = [effect("w1"), answer, effect("w2"), '{"key":"w'].map((one) => `\n${JSON.stringify(one)}`);
  writeFileSync(join(folder, "effects.jsonl"), lines.join(""));
}

function identityOf(pid: number) {
  const boot_id = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return { pid, start_ticks: identify(pid).started, boot_id };
}

test("W5 no key of an agent that kept files instead of a journal is run again", {
  skip: process.platform !== "linux",
}, async (t) => {
  const folder = newFolder(t);
  const leftOver = spawn("sleep", ["600"], { detached: true, stdio: "ignore" });
  t.after(() => leftOver.kill("SIGKILL"));
  const exit = once(leftOver, "exit");
  writeOldState(folder, leftOver.pid ?? 0);
  // An interrupted takeover is made good by the next agent.
  Journal.open(folder, journalLimits, () => undefined).close();
  const { processes, effects, close } = await open(t, folder);
  assert.equal((await exit)[1], "SIGKILL");
  const again = async (key: string) => {
    const { created, process } = await processes.start({ key, command: "exit 3" }, t.signal);
    const { bytes } = await processes.output({ key, offset: 0 }, t.signal);
    return [created, process.state, process.exit_code, Buffer.from(bytes).toString()];
  };
  assert.deepEqual(await again("done"), [false, "exited", 3, "whole"]);
  assert.deepEqual(await again("lost"), [false, "lost", null, "half"]);
  assert.deepEqual(await again("old"), [false, "exited", 3, ""]);
  assert.equal((await processes.list(t.signal)).map(({ key }) => key).join(), "lost,done");
  await assert.rejects(processes.start({ key: "done", command: "other" }, t.signal), {
    code: "key_conflict",
  });
  assert.equal((await processes.start({ key: "half", command: "exit 3" }, t.signal)).created, true);
  const write = (key: string) => effects.once(key, ["write", key], async () => "a second time");
  assert.equal(await write("w1"), "written");
  await assert.rejects(write("w2"), { code: "outcome_unknown" });
  assert.deepEqual(
    readdirSync(folder).filter((name) => /^processes|jsonl$/.test(name)),
    [],
  );
  await close();
  assert.equal(
    (await (await open(t, folder)).processes.start({ key: "done", command: "exit 3" }, t.signal)).created,
    false,
  );
});

test("W5 a command whose pid was not written down ends with the agent's death", {
  skip: process.platform !== "linux",
}, async (t) => {
  const folder = newFolder(t);
  const mark = newMark();
  const journal = Journal.open(folder, journalLimits, () => undefined);
  await journal.beginProcess({ key: "k", digest: "d", command: "sleep 600", cwd: ".", started_at, mark });
  journal.close();
  const leftOver = spawn("/bin/sh", markedCommand(mark, "/bin/sh", "echo; exec sleep 600"), {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exit = once(leftOver, "exit");
  t.after(() => leftOver.kill("SIGKILL"));
  await once(leftOver.stdout, "data");
  await open(t, folder);
  assert.equal((await exit)[1], "SIGKILL");
});
