// Tests: a command took the agent's place and knows its token. Whatever it answers costs the worker little, and the tool call
// gets an error in words.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type TestContext, test } from "node:test";
import { thrownOutput } from "../../tools/tool-error.ts";
import type { AgentApi, ProcessEvent, ProcessInfo } from "../../workspaces/agent/api.ts";
import { encodeFrame, type Frame } from "../../workspaces/agent/wire/frames.ts";
import { Doorkeeper } from "../../workspaces/agent/wire/proof.ts";
import { openAgent } from "../../workspaces/client/agent-client.ts";

const signal = new AbortController().signal;
const badAnswer = {
  name: "AgentError",
  code: "bad_answer",
  message: /not its protocol/,
  hint: /stop_workspace/,
};
const mib = 1024 * 1024;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** The client of an agent whose place this server has taken. */
async function anImpostor(t: TestContext, answer: Answer): Promise<AgentApi> {
  const door = new Doorkeeper("the token");
  const server = createServer((request, response) => {
    response.on("error", () => undefined);
    if (!door.greet(request, response)) answer(request, response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const agent = openAgent({ kind: "stream", token: "the token", open: () => Promise.resolve(connect(port)) });
  t.after(() => {
    agent.close();
    server.closeAllConnections();
    server.close();
  });
  return agent;
}

const says =
  (text: string | Buffer): Answer =>
  (_, response) =>
    void response.end(text);

async function collect(events: AsyncIterable<ProcessEvent>): Promise<ProcessEvent[]> {
  const all: ProcessEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const process: ProcessInfo = {
  key: "p",
  command: "true",
  cwd: ".",
  state: "running",
  pid: 1,
  exit_code: null,
  signal: null,
  start_error: null,
  started_at: "2026-01-01T00:00:00.000Z",
  ended_at: null,
  elapsed_ms: 0,
  output_bytes: 0,
  output_kept_from: 0,
};

test("W6 an answer of 31 MB of {} is cut off early, and the model is told in words", async (t) => {
  let sent = 0;
  const closed = Promise.withResolvers<void>();
  const agent = await anImpostor(t, (_, response) => {
    response.on("close", () => closed.resolve());
    const chunk = Buffer.from("{},".repeat(20_000));
    const endless = Readable.from(
      (function* () {
        for (; sent < 31 * mib; sent += chunk.length) yield chunk;
      })(),
    );
    pipeline(endless, response).catch(() => undefined);
  });
  const thrown = await agent.files.listDir({}, signal).catch((error: unknown) => error);
  const { is_error, result } = thrownOutput(thrown);
  assert.equal(is_error, true);
  assert.match(
    JSON.stringify(result),
    /not its protocol \(more than \d+ bytes\).*stop_workspace and start_workspace/,
  );
  await closed.promise;
  assert.ok(sent < 16 * mib, `${sent} bytes were taken`);
});

test("W6 answers small enough to be read are counted before they are parsed, and their shapes are checked", async (t) => {
  const entry = { name: "a", type: "file", size: 1 };
  const bodies = [
    "[".repeat(60_000),
    `{"entries":[${"{},".repeat(20_000)}{}],"path":"","truncated":false}`,
    "{}",
    "null",
    '"entries"',
    JSON.stringify({ path: ".", truncated: false, entries: null }),
    JSON.stringify({ path: ".", truncated: false, entries: [null] }),
    JSON.stringify({ path: ".", truncated: false, entries: [{ ...entry, size: "1" }] }),
    JSON.stringify({ path: ".", truncated: false, entries: [{ ...entry, type: "socket" }] }),
    JSON.stringify({ path: ".", truncated: false, entries: Array.from({ length: 501 }, () => entry) }),
  ];
  let body = "";
  const agent = await anImpostor(t, (_, response) => response.end(body));
  for (body of bodies) await assert.rejects(agent.files.listDir({}, signal), badAnswer, body.slice(0, 80));
  body = JSON.stringify({ path: ".", truncated: false, entries: [{ ...entry, more: 1 }], later: true });
  assert.deepEqual(await agent.files.listDir({}, signal), { path: ".", truncated: false, entries: [entry] });
  body = '{"path":".","truncated":false,"entries":[{"name":"half \\ud83d","type":"file","size":1}]}';
  assert.equal((await agent.files.listDir({}, signal)).entries[0]?.name, "half \ufffd");
});

test("W6 every call has its limit: nothing of any shape or size is taken for an answer", async (t) => {
  const bodies = [
    Buffer.alloc(4 * mib, "{},"),
    Buffer.from("{}"),
    Buffer.from('{"process":{"elapsed_ms":-1}}'),
  ];
  let body: Buffer = Buffer.alloc(0);
  const agent = await anImpostor(t, (_, response) => response.end(body));
  const { files, processes } = agent;
  const calls: Record<string, () => Promise<unknown>> = {
    health: () => agent.health(signal),
    readLines: () => files.readLines({ path: "a" }, signal),
    listDir: () => files.listDir({}, signal),
    grep: () => files.grep({ pattern: "a" }, signal),
    findFiles: () => files.findFiles({ pattern: "a" }, signal),
    stat: () => files.stat({ path: "a" }, signal),
    readBytes: () => files.readBytes({ path: "a", offset: 0, length: 1 }, signal),
    writeFile: () => files.writeFile({ key: "k", path: "a", content: "" }, signal),
    writeBytes: () => files.writeBytes({ key: "k", path: "a", bytes: Buffer.of(0) }, signal),
    editFiles: () => files.editFiles({ key: "k", files: [] }, signal),
    start: () => processes.start({ key: "p", command: "" }, signal),
    get: () => processes.get("p", signal),
    list: () => processes.list(signal),
    output: () => processes.output({ key: "p", offset: 0 }, signal),
    signal: () => processes.signal({ key: "p", signal: "SIGTERM" }, signal),
    writeInput: () => processes.writeInput({ key: "p", text: "" }, signal),
  };
  for (body of bodies)
    for (const [name, call] of Object.entries(calls))
      await assert.rejects(call(), { code: "bad_answer" }, name);
});

test("W6 errors are the agent's known ones, and short; everything else is a bad answer", async (t) => {
  let body = "";
  const agent = await anImpostor(t, (_, response) => response.writeHead(500).end(body));
  const ask = () => agent.files.stat({ path: "a" }, signal);
  body = JSON.stringify({ error: { code: "not_found", message: "x".repeat(50_000) } });
  await assert.rejects(ask(), (error: Error & { code?: string }) => {
    return error.code === "not_found" && error.message.length === 8_000;
  });
  const strange = [
    '{"error":{"code":"__proto__","message":"a"}}',
    '{"error":{"code":"not_found"}}',
    "<html>",
  ];
  for (body of [...strange, "x".repeat(mib)]) await assert.rejects(ask(), badAnswer);
});

test("W6 headers without end are not read", async (t) => {
  const agent = await anImpostor(t, (_, response) => {
    response.writeHead(
      200,
      Object.fromEntries(Array.from({ length: 200 }, (_each, at) => [`h${at}`, "x".repeat(200)])),
    );
    response.end("{}");
  });
  await assert.rejects(agent.files.listDir({}, signal), { code: "unreachable" });
});

const output = (offset: number, text: string): Frame => ({
  type: "output",
  offset,
  bytes: Buffer.from(text),
});
const framesOf = (...frames: Frame[]) => Buffer.concat(frames.map(encodeFrame));

test("W5 a stream of output is held to its protocol, frame by frame", async (t) => {
  const ended: Frame = { type: "ended", process };
  const ping = encodeFrame({ type: "ping" });
  const head = (kind: number, length: number) => {
    const bytes = Buffer.alloc(5);
    bytes.writeUInt8(kind, 0);
    bytes.writeUInt32BE(length, 1);
    return bytes;
  };
  const streams = {
    "pings without end": Buffer.concat(Array.from({ length: 10_000 }, () => ping)),
    "output of nothing": framesOf(output(0, ""), ended),
    "output again": framesOf(output(0, "abc"), output(1, "bc"), ended),
    "output before the offset": framesOf(output(0, "abc"), output(0, "abc"), ended),
    "gaps without end": framesOf(...Array.from({ length: 2_000 }, (_, at) => output(at * 2, "a")), ended),
    "an offset beyond numbers": Buffer.concat([head(1, 9), Buffer.alloc(9, 255)]),
    "an output without an offset": head(1, 3),
    "a large frame": head(1, 3 * mib),
    "a large process": head(3, 3 * mib),
    "a ping with content": head(5, 1),
    "a frame of no kind": head(9, 0),
    "a process that is none": framesOf({ type: "ended", process: {} as ProcessInfo }),
    "an error that is none": framesOf({ type: "error", error: {} as never }),
    "no frames": Buffer.from("<html>"),
  };
  let stream: Buffer = Buffer.alloc(0);
  const agent = await anImpostor(t, (_, response) => void response.write(stream));
  for (const [name, bytes] of Object.entries(streams)) {
    stream = bytes;
    const { processes } = agent;
    await assert.rejects(
      collect(processes.follow({ key: "p", offset: 0 }, signal)),
      { code: "bad_answer" },
      name,
    );
  }
});

test("W5 output in many small frames comes as few events, whole, and an error after it comes last", async (t) => {
  const text = "a".repeat(5_000);
  const small = [...text].map((char, at) => output(at, char));
  const failed: Frame = { type: "error", error: { code: "io_error", message: "the disk" } };
  const agent = await anImpostor(t, says(framesOf(...small, failed)));
  const seen: ProcessEvent[] = [];
  const follow = async () => {
    for await (const event of agent.processes.follow({ key: "p", offset: 0 }, signal)) seen.push(event);
  };
  await assert.rejects(follow(), { code: "io_error", message: "the disk" });
  const bytes = seen.map((event) => (event.type === "output" ? Buffer.from(event.bytes).toString() : "?"));
  assert.equal(bytes.join(""), text);
  assert.ok(seen.length < 50, `${seen.length} events`);
});

test("W6 an agent that goes silent in the middle of an answer is left when the caller's time is over", async (t) => {
  const abort = new AbortController();
  const agent = await anImpostor(t, (_, response) => {
    response.writeHead(200, { "content-length": 100 });
    response.write("{");
    abort.abort(new Error("time is over"));
  });
  await assert.rejects(agent.files.listDir({}, abort.signal), { message: "time is over" });
});
