// The workspace agent: what a daemon knows of what an earlier one did, however that one died.
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { identify, isSameProcess } from "../../platform/system-processes.ts";
import type { ProcessInfo } from "../../workspaces/agent/api.ts";
import type { ReceivedFrame } from "../../workspaces/agent/wire/frames.ts";
import { agentPaths, processPath } from "../../workspaces/agent/wire/protocol.ts";
import { AgentFixture } from "../support/workspace/agent-fixture.ts";

// One agent that did all this, was killed, and has a successor: starting one takes longer than the rest of a test.
const agent = await AgentFixture.start({ after });
const lost = { key: "lost", command: "echo ran >> runs; echo said; exec sleep 600" };
const write = { path: agentPaths.write, key: "w1", body: { path: "file.txt", content: "first" } };
const edits = [{ search: "x", replace: "y" }];
const edit = { path: agentPaths.edit, key: "e1", body: { files: [{ path: "later.txt", edits }] } };
const interrupted = { path: agentPaths.write, key: "w2", body: { path: "interrupted", content: "1" } };

const lostPid = (await agent.run(lost)).process.pid ?? 0;
await agent.output("lost", "offset=0&wait_ms=20000");
const lostIdentity = identify(lostPid);
await agent.run({ key: "done", command: "printf 0123456789; exit 3" });
const done = (await agent.followed("done")).process;
const failed = (await agent.run({ key: "failed", command: "true", cwd: "nowhere" })).process;
const written = await Promise.all(Array.from({ length: 10 }, async () => agent.json(write)));
const editRefusal = await agent.refusal(edit);
await agent.json(interrupted);
await agent.run({ key: "cat", command: "cat", stdin: true });
const input = { path: processPath("cat", "input"), key: "i1", body: { text: "once\n" } };
await Promise.all([agent.call(input), agent.call(input)]);
await agent.json(input);
await agent.act("cat", "input", { text: "", end: true });
const catOutput = (await agent.followed("cat")).text;
await agent.end("SIGKILL");
meddle();
await agent.start();

/** What a crash at another moment would have left, and what happened to the files meanwhile. */
function meddle(): void {
  const journal = new DatabaseSync(join(agent.stateFolder, "journal.db"));
  // As when it died after the effect had begun, and before its answer was written down.
  const { changes } = journal.prepare("update effects set outcome = null where key = 'w2'").run();
  assert.equal(changes, 1);
  journal.close();
  writeFileSync(join(agent.root, "file.txt"), "changed since");
  writeFileSync(join(agent.root, "interrupted"), "2");
  writeFileSync(join(agent.root, "later.txt"), "x");
}

test("W5 an agent killed under a command: the command is lost, is ended, and never runs again", async () => {
  const again = await agent.run(lost);
  assert.equal(again.created, false);
  assert.deepEqual(
    [again.process.state, again.process.exit_code, again.process.ended_at, again.process.pid],
    ["lost", null, null, null],
  );
  assert.equal(readFileSync(join(agent.root, "runs"), "utf8"), "ran\n");
  // What it said is kept.
  assert.equal((await agent.followed("lost")).text, "said\n");
  while (isSameProcess(lostIdentity)) await new Promise((resolve) => setImmediate(resolve));
});

test("W5 what had ended is known to a successor, with its output and how it ended", async () => {
  const { text, process } = await agent.followed("done", 4);
  assert.deepEqual([text, process], ["456789", done]);
  assert.deepEqual(await agent.get("failed"), failed);
  const { processes } = await agent.json<{ processes: { key: string }[] }>({ path: agentPaths.processes });
  // Newest first.
  assert.deepEqual(
    processes.map(({ key }) => key),
    ["cat", "failed", "done", "lost"],
  );
});

test("a write asked for again under its key is answered and not done, by a successor neither", async () => {
  for (const answer of written) assert.deepEqual(answer, { path: "file.txt", bytes: 5, created: true });
  // Fields in another order are the same request.
  const again = { ...write, body: { content: "first", path: "file.txt" } };
  assert.deepEqual(await agent.json(again), written[0]);
  assert.equal(readFileSync(join(agent.root, "file.txt"), "utf8"), "changed since");
  const other = { ...write, body: { path: "file.txt", content: "second" } };
  assert.equal((await agent.refusal(other)).code, "key_conflict");
});

test("an edit that failed fails again in the same words, though it could succeed by now", async () => {
  assert.deepEqual(await agent.refusal(edit), editRefusal);
  assert.equal(readFileSync(join(agent.root, "later.txt"), "utf8"), "x");
});

test("a write that an agent began and did not answer is unknown to its successor, who does nothing", async () => {
  const refusal = await agent.refusal(interrupted);
  assert.deepEqual([refusal.status, refusal.code], [409, "outcome_unknown"]);
  assert.equal(readFileSync(join(agent.root, "interrupted"), "utf8"), "2");
  // Others go on.
  await agent.json({ ...interrupted, key: "w3" });
  assert.equal(readFileSync(join(agent.root, "interrupted"), "utf8"), "1");
});

test("input under a key is given once", () => {
  assert.equal(catOutput, "once\n");
});

test("too many at once are refused, and a refused key is free again", async () => {
  const keys = Array.from({ length: 50 }, (_, at) => `sleep-${at}`);
  await Promise.all(keys.map(async (key) => agent.run({ key, command: "exec sleep 600" })));
  const body = { key: "one-more", command: "echo runs" };
  const refusal = await agent.refusal({ path: agentPaths.processes, body });
  assert.deepEqual([refusal.status, refusal.code], [429, "too_many_processes"]);
  await agent.act("sleep-7", "signal", { signal: "SIGKILL" });
  await agent.followed("sleep-7");
  assert.equal((await agent.run(body)).created, true);
  assert.equal((await agent.followed("one-more")).text, "runs\n");
});

test("an agent told to end ends its processes first, and its successor knows how they ended", async () => {
  const command = "trap 'echo bye; exit 4' TERM; echo ready; while :; do sleep 0.01; done";
  await agent.run({ key: "polite", command });
  const followed = agent.follow("polite");
  assert.equal((await followed.next()).value?.type, "output");
  const exit = once(agent.daemon, "exit");
  agent.daemon.kill("SIGTERM");
  // Those who follow are told before the connection ends.
  const rest: ReceivedFrame[] = [];
  for await (const frame of followed) rest.push(frame);
  const last = rest.at(-1);
  assert(last?.type === "ended" && (last.json as ProcessInfo).exit_code === 4);
  assert.deepEqual(await exit, [0, null]);
  await agent.end("SIGTERM");
  await agent.start();
  const process = await agent.get("polite");
  // And lost stays what was lost.
  assert.equal((await agent.run(lost)).process.state, "lost");
  assert.deepEqual([process.state, process.exit_code], ["exited", 4]);
});

test("a socket that a killed agent left is replaced, one that is answered is not, and it is the owner's alone", async () => {
  await agent.end("SIGKILL");
  assert(existsSync(agent.socketPath));
  await agent.start();
  assert.equal(statSync(agent.socketPath).mode & 0o777, 0o600);
  assert.equal(statSync(agent.stateFolder).mode & 0o077, 0);
  const first = agent.daemon;
  await assert.rejects(agent.start(), /another agent listens/);
  assert.equal(first.exitCode, null);
  assert.equal((await agent.call({ path: agentPaths.health })).status, 200);
  first.kill("SIGKILL");
});
