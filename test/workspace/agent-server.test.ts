// The workspace agent: its wire, with clients that are wrong, hostile, or gone.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { after, test } from "node:test";
import type { AgentHealth } from "../../workspaces/agent/api.ts";
import { agentPaths, processPath } from "../../workspaces/agent/wire/protocol.ts";
import { AgentFixture } from "../support/workspace/agent-fixture.ts";

const agent = await AgentFixture.start({ after });

test("health says who it is", async () => {
  const health = await agent.json<AgentHealth>({ path: agentPaths.health });
  assert.deepEqual(Object.keys(health), ["version", "instance_id", "started_at", "root"]);
  assert.equal(health.root, agent.root);
});

test("without the token nothing is answered and nothing is done", async () => {
  // What is right on another connection is wrong on this one.
  const { socket, authorization: ofAnother } = await agent.proven();
  after(() => socket.destroy());
  const wrong = [
    "",
    "Everturn",
    "Everturn ",
    "Everturn wrong",
    "Basic YTpi",
    "Bearer a-token-for-tests",
    "a-token-for-tests",
    ofAnother,
  ];
  for (const authorization of wrong) {
    for (const call of [
      { path: agentPaths.health },
      { path: "/nowhere" },
      { path: agentPaths.processes, body: { key: "u", command: "touch unauthorized" } },
      { path: agentPaths.write, key: "u", body: { path: "unauthorized", content: "" } },
    ]) {
      const { status, code } = await agent.refusal({ ...call, authorization });
      assert.deepEqual([status, code], [401, "unauthorized"]);
    }
  }
  assert.deepEqual(readdirSync(agent.root), []);
});

test("what is no request is refused in words", async () => {
  const write = { path: agentPaths.write, key: "w" };
  const refused: [Parameters<typeof agent.refusal>[0], number, RegExp][] = [
    [{ path: "/nowhere" }, 404, /no GET \/nowhere/],
    [{ path: agentPaths.write }, 404, /no GET/],
    [{ path: agentPaths.health, method: "DELETE" }, 404, /no DELETE/],
    [{ path: processPath("a/../b") }, 404, /There is no/],
    [{ path: `${agentPaths.processes}/%2e%2e` }, 404, /There is no/],
    [{ path: processPath("a", "output") + "/x" }, 404, /There is no/],
    [{ ...write, body: "{" }, 400, /no JSON/],
    [{ ...write, body: "" }, 400, /no JSON/],
    [{ ...write, body: "[]" }, 400, /body must be an object/],
    [{ ...write, body: { path: "a" } }, 400, /body\.content must be a text/],
    [{ ...write, body: { path: "a", content: "", mode: 7 } }, 400, /Unknown field body\.mode/],
    [{ ...write, body: '{"path": "a", "content": "", "__proto__": {}}' }, 400, /Unknown field/],
    [{ ...write, key: "a b", body: { path: "a", content: "" } }, 400, /Idempotency-Key/],
    [{ path: agentPaths.write, body: { path: "a", content: "" } }, 400, /Idempotency-Key is missing/],
    [
      { path: `${agentPaths.writeBytes}?path=a`, key: "w", body: {} },
      400,
      /body is no application\/octet-stream/,
    ],
    [{ path: `${agentPaths.writeBytes}?path=a`, body: {} }, 400, /Idempotency-Key is missing/],
    [
      {
        path: agentPaths.edit,
        key: "w",
        body: { files: [{ path: "a", edits: [{ search: 1, replace: "" }] }] },
      },
      400,
      /body\.files\[0\]\.edits\[0\]\.search must be a text/,
    ],
    [{ path: processPath("a", "output") }, 400, /query\.offset/],
    [{ path: `${processPath("a", "output")}?offset=-1` }, 400, /query\.offset/],
    [{ path: `${processPath("a", "output")}?offset=1e3` }, 400, /query\.offset/],
    [{ path: `${processPath("a", "output")}?offset=0&wait_ms=20001` }, 400, /query\.wait_ms/],
    [{ path: `${processPath("a", "follow")}?offset=0&x=1` }, 400, /Unknown field query\.x/],
    [{ path: processPath("a", "signal"), body: { signal: "SIGFOO" } }, 400, /one of SIGINT/],
  ];
  for (const [call, status, words] of refused) {
    const refusal = await agent.refusal(call);
    assert.equal(refusal.status, status, refusal.message);
    assert.match(refusal.message, words);
  }
  assert.deepEqual(readdirSync(agent.root), []);
});

test("a request that is too large is refused, whether or not it says so beforehand", async () => {
  const content = "x".repeat(16 * 1024 * 1024);
  const said = await agent.refusal({
    path: agentPaths.write,
    key: "large",
    body: { path: "large", content },
  });
  assert.match(said.message, /larger than 16777216 bytes/);
  const { socket, authorization } = await agent.proven();
  const head = `POST ${agentPaths.write} HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n`;
  socket.write(`${head}transfer-encoding: chunked\r\n\r\n`);
  const chunk = Buffer.alloc(1024 * 1024, " ");
  for (let sent = 0; sent < 17; sent++) {
    socket.write(Buffer.concat([Buffer.from("100000\r\n"), chunk, Buffer.from("\r\n")]));
  }
  socket.end("0\r\n\r\n");
  let answer = "";
  for await (const piece of socket) answer += String(piece);
  assert.match(answer, /^HTTP\/1\.1 400 [^]*larger than 16777216 bytes/);
  assert.deepEqual(readdirSync(agent.root), []);
});

test("what is not HTTP gets an answer and the connection ends", async () => {
  const socket = connect(agent.socketPath);
  socket.end("hello\n\n");
  let answer = "";
  for await (const piece of socket) answer += String(piece);
  assert.match(answer, /^HTTP\/1\.1 400 [^]*bad_request/);
});

test("followers that go away leave the process alone, and the agent holds nothing for them", async () => {
  await agent.run({ key: "watched", command: "while echo line; do sleep 0.001; done" });
  for (let round = 0; round < 20; round++) {
    const answer = await agent.open({ path: `${processPath("watched", "follow")}?offset=0` });
    await once(answer, "data");
    answer.destroy();
  }
  const { socket: waiting, authorization } = await agent.proven();
  waiting.write(
    `GET ${processPath("watched", "output")}?offset=99999999&wait_ms=20000 HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n\r\n`,
  );
  waiting.destroy();
  assert.equal((await agent.get("watched")).state, "running");
  await agent.act("watched", "signal", { signal: "SIGKILL" });
  await agent.followed("watched");
  // Sockets of clients that are gone are closed: what is left are the listener and our own connections.
  const open = readdirSync(`/proc/${agent.daemon.pid}/fd`).length;
  assert(open < 60, `${open} files are open`);
});

test("a slow follower neither holds up the process nor misses what is kept", async () => {
  await agent.run({ key: "fast", command: "head -c 8388608 /dev/zero | tr '\\0' x; echo end" });
  const slow = agent.follow("fast");
  const first = await slow.next();
  assert(first.value?.type === "output");
  // It does not read on; the process ends all the same.
  const { process } = await agent.output("fast", `offset=${8_388_608 + 4}&wait_ms=20000`);
  assert.equal(process.output_bytes, 8_388_608 + 4);
  let bytes = first.value.bytes.length;
  for await (const frame of slow) {
    if (frame.type !== "output") continue;
    assert.equal(frame.offset, bytes);
    bytes += frame.bytes.length;
  }
  assert.equal(bytes, 8_388_608 + 4);
});

test("its own environment is not what a command finds of it by name", async () => {
  const state = readFileSync(join(agent.stateFolder, "journal.db-wal"), "latin1");
  assert(!state.includes("a-token-for-tests"));
});
