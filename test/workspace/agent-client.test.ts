import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { AgentError, type AgentErrorCode, type ProcessEvent } from "../../workspaces/agent/api.ts";
import { openAgent } from "../../workspaces/client/agent-client.ts";
import type { AgentAddress } from "../../workspaces/driver.ts";
import { AgentFixture } from "../support/workspace/agent-fixture.ts";

const signal = new AbortController().signal;

function open(t: TestContext, address: AgentAddress) {
  const agent = openAgent(address);
  t.after(() => agent.close());
  return agent;
}

async function startAgentProcess(t: TestContext, kind: AgentAddress["kind"]) {
  const daemon = await AgentFixture.start(t);
  return { daemon, root: daemon.root, address: daemon.address(t, kind) };
}

function withCode(code: AgentErrorCode) {
  return (error: unknown) => error instanceof AgentError && error.code === code;
}

async function collect(events: AsyncIterable<ProcessEvent>): Promise<{ text: string; last: ProcessEvent }> {
  let text = "";
  for await (const event of events) {
    if (event.type === "ended") return { text, last: event };
    assert.equal(event.offset, Buffer.byteLength(text));
    text += Buffer.from(event.bytes).toString("latin1");
  }
  throw new Error("no last event");
}

for (const kind of ["unix", "stream"] as const) {
  test(`W5 files and processes are reached over ${kind}, each call of the API on its path`, async (t) => {
    const { address, root } = await startAgentProcess(t, kind);
    const agent = open(t, address);
    const { files, processes } = agent;
    assert.equal((await agent.health(signal)).root, root);
    const written = await files.writeFile({ key: "w1", path: "a/b.txt", content: "one\ntwo\n" }, signal);
    assert.deepEqual(written, { path: "a/b.txt", bytes: 8, created: true });
    const edits = [{ search: "two", replace: "2" }];
    const edited = await files.editFiles({ key: "e1", files: [{ path: "a/b.txt", edits }] }, signal);
    assert.equal(edited.files[0]?.replacements, 1);
    assert.equal((await files.readLines({ path: "a/b.txt" }, signal)).content, "1\tone\n2\t2");
    assert.equal((await files.stat({ path: "a/b.txt" }, signal)).size, 6);
    const bytes = await files.readBytes({ path: "a/b.txt", offset: 2, length: 3 }, signal);
    assert.equal(Buffer.from(bytes).toString(), "e\n2");
    assert.deepEqual(
      (await files.listDir({}, signal)).entries.map(({ name }) => name),
      ["a"],
    );
    assert.equal((await files.grep({ pattern: "on." }, signal)).matches[0]?.line, 1);
    assert.deepEqual((await files.findFiles({ pattern: "**/*.txt" }, signal)).paths, ["a/b.txt"]);

    const start = { key: "p1", command: 'read line; echo "got $line"', stdin: true, cwd: "a" };
    assert.equal((await processes.start(start, signal)).created, true);
    assert.equal((await processes.start(start, signal)).created, false);
    assert.equal((await processes.get("p1", signal)).cwd, "a");
    await processes.writeInput({ key: "p1", text: "it\n", end: true }, signal);
    const { text, last } = await collect(processes.follow({ key: "p1", offset: 0 }, signal));
    assert.equal(text, "got it\n");
    assert.equal(last.type === "ended" && last.process.exit_code, 0);
    const range = await processes.output({ key: "p1", offset: 4, wait_ms: 60_000 }, signal);
    assert.equal(Buffer.from(range.bytes).toString(), "it\n");
    assert.deepEqual(
      (await processes.list(signal)).map(({ key }) => key),
      ["p1"],
    );
  });
}

test("W5 a signal reaches the process, and the stream of its output tells how it ended", async (t) => {
  const { address } = await startAgentProcess(t, "unix");
  const { processes } = open(t, address);
  await processes.start({ key: "p", command: "echo up; sleep 600" }, signal);
  const seen: string[] = [];
  for await (const event of processes.follow({ key: "p", offset: 0 }, signal)) {
    if (event.type === "ended") seen.push(String(event.process.signal));
    else {
      seen.push(Buffer.from(event.bytes).toString());
      await processes.signal({ key: "p", signal: "SIGTERM" }, signal);
    }
  }
  assert.deepEqual(seen, ["up\n", "SIGTERM"]);
});

test("the agent's errors keep code, words and hint", async (t) => {
  const { address, root } = await startAgentProcess(t, "unix");
  const { files, processes } = open(t, address);
  await writeFile(path.join(root, "a.txt"), "x x");
  await assert.rejects(files.readLines({ path: "../up" }, signal), withCode("outside_workspace"));
  await assert.rejects(files.stat({ path: "nothing" }, signal), withCode("not_found"));
  await assert.rejects(processes.get("never", signal), withCode("process_not_found"));
  // A key that would change the path never gets there.
  await assert.rejects(processes.get("../health", signal), withCode("process_not_found"));
  const edits = [{ search: "x", replace: "y" }];
  await assert.rejects(
    files.editFiles({ key: "e", files: [{ path: "a.txt", edits }] }, signal),
    withCode("ambiguous_match"),
  );
  assert.equal(await readFile(path.join(root, "a.txt"), "utf8"), "x x");
});

test("who cannot show the token is unauthorized; who finds nobody there is told that it is unreachable", async (t) => {
  const { daemon, root, address } = await startAgentProcess(t, "unix");
  await assert.rejects(open(t, { ...address, token: "wrong" }).health(signal), withCode("unauthorized"));
  const elsewhere = { kind: "unix", path: `${root}/none`, token: "a" } as const;
  await assert.rejects(open(t, elsewhere).health(signal), withCode("unreachable"));
  const known = open(t, address);
  await known.health(signal);
  await daemon.end("SIGKILL");
  await assert.rejects(known.health(signal), withCode("unreachable"));
  await assert.rejects(
    collect(known.processes.follow({ key: "p", offset: 0 }, signal)),
    withCode("unreachable"),
  );
});

test("W5 an agent that dies while its output is followed ends the stream with unreachable; a new one is found by the same client", async (t) => {
  const { daemon, address } = await startAgentProcess(t, "unix");
  const client = open(t, address);
  const { processes } = client;
  const before = await client.health(signal);
  const { process: started } = await processes.start(
    { key: "p", command: "echo up; exec sleep 600" },
    signal,
  );
  t.after(() => endProcess(started.pid));
  const follow = async () => {
    for await (const event of processes.follow({ key: "p", offset: 0 }, signal)) {
      if (event.type === "output") await daemon.end("SIGKILL");
    }
  };
  await assert.rejects(follow(), withCode("unreachable"));
  await daemon.start();
  assert.notEqual((await client.health(signal)).instance_id, before.instance_id);
  assert.equal((await processes.get("p", signal)).state, "lost");
});

test("I2 giving up a wait throws the caller's reason, and leaves the process alone", async (t) => {
  const { address } = await startAgentProcess(t, "unix");
  const { processes } = open(t, address);
  await processes.start({ key: "p", command: "echo up; sleep 600" }, signal);
  const reason = new Error("enough");
  const abort = new AbortController();
  const waiting = processes.output({ key: "p", offset: 3, wait_ms: 20_000 }, abort.signal);
  const following = (async () => {
    for await (const event of processes.follow({ key: "p", offset: 0 }, abort.signal)) {
      if (event.type === "output") abort.abort(reason);
    }
  })();
  await assert.rejects(waiting, (error) => error === reason);
  await assert.rejects(following, (error) => error === reason);
  await assert.rejects(processes.get("p", abort.signal), (error) => error === reason);
  assert.equal((await processes.get("p", signal)).state, "running");
  await processes.signal({ key: "p", signal: "SIGKILL" }, signal);
});

test("W5 a reader at its own pace gets every byte once and in order", async (t) => {
  const { address } = await startAgentProcess(t, "unix");
  const { processes } = open(t, address);
  await processes.start({ key: "p", command: "seq 1 300000" }, signal);
  const { text } = await collect(processes.follow({ key: "p", offset: 0 }, signal));
  const lines = text.trimEnd().split("\n");
  assert.equal(lines.length, 300_000);
  assert.ok(lines.every((line, at) => line === String(at + 1)));
  for await (const event of processes.follow({ key: "p", offset: 100 }, signal)) {
    assert.equal(event.type === "output" && event.offset, 100);
    break;
  }
  // Whoever leaves in the middle has not harmed the connection for others.
  assert.equal((await processes.get("p", signal)).output_bytes, text.length);
});

test("what answers there without being an agent is told as such, and is not waited for", async (t) => {
  const answers = [
    [200, "<html>"],
    [502, "<html>"],
    [500, '{"error":"no"}'],
  ] as const;
  for (const [status, body] of answers) {
    const server = createServer((_, response) => response.writeHead(status).end(body));
    await once(server.listen(0, "127.0.0.1"), "listening");
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const agent = open(t, { kind: "stream", token: "a", open: () => Promise.resolve(connect(port)) });
    await assert.rejects(agent.health(signal), withCode("unauthorized"));
    await assert.rejects(agent.processes.output({ key: "p", offset: 0 }, signal), withCode("unauthorized"));
    await assert.rejects(collect(agent.processes.follow({ key: "p", offset: 0 }, signal)), AgentError);
  }
});

function endProcess(pid: number | null): void {
  if (pid === null) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // It may have ended with its agent.
    assert.equal((error as NodeJS.ErrnoException).code, "ESRCH");
  }
}
