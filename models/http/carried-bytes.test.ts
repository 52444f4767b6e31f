// Tests of bytes that requests carry by name, over real connections.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { watchLoop } from "../../test/support/reader/watch-loop.ts";
import { createOpenAiResponses } from "../openai-responses/openai-responses.ts";
import { base64Chars, CarriedBytes, createCarryingFetch, withoutNames } from "./carried-bytes.ts";
import { createProviderFetch } from "./provider-fetch.ts";

async function serve(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server: Server = createServer(answer).listen(0, "127.0.0.1");
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Answers with the length that was told, and the body. */
async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  response.setHeader("x-length", request.headers["content-length"] ?? "none");
  response.end(Buffer.concat(chunks));
}

const post = (body: string) => ({ method: "POST", body, headers: { "content-type": "application/json" } });

test("C5 bytes stand where their name stood, at every length, and the server is told how long it all is", async (t) => {
  const url = await serve(t, (request, response) => void echo(request, response));
  const carried = new CarriedBytes();
  const call = createCarryingFetch(createProviderFetch(), carried);
  for (const length of [0, 1, 2, 3, 49_151, 49_152, 49_153, 200_001]) {
    const [one, two] = [randomBytes(length), randomBytes(length + 1)];
    const names = [carried.carry(one), carried.carry(two)] as const;
    const write = (first: string, second: string) =>
      JSON.stringify({ é: "ü", one: `data:image/png;base64,${first}`, again: [first, '"', second] });
    const response = await call(url, post(write(names[0], names[1])));
    const expected = write(one.toString("base64"), two.toString("base64"));
    assert.equal(await response.text(), expected, String(length));
    assert.equal(response.headers.get("x-length"), String(Buffer.byteLength(expected)));
    names.forEach((name) => carried.drop(name));
  }
});

test("C5 a name that stands for nothing is text, and a request that names nothing passes as it is", async (t) => {
  const url = await serve(t, (request, response) => void echo(request, response));
  const carried = new CarriedBytes();
  const call = createCarryingFetch(createProviderFetch(), carried);
  const gone = carried.carry(Buffer.from("gone"));
  carried.drop(gone);
  const held = carried.carry(Buffer.from("held"));
  for (const body of ["", "plain", gone, `${held.slice(0, -1)}-`, `everturn-bytes-${"0".repeat(36)}`])
    assert.equal(await (await call(url, post(body))).text(), body);
  assert.equal(
    await (await call(url, post(`${gone}${held}`))).text(),
    `${gone}${Buffer.from("held").toString("base64")}`,
  );
});

test("B4 what is recorded of a request shows no names", () => {
  const carried = new CarriedBytes();
  const name = carried.carry(Buffer.from("x"));
  assert.equal(withoutNames(`{"a":"data:;base64,${name}"}`), '{"a":"data:;base64,[a file as base64]"}');
});

test("base64 is as long as it is said to be", () => {
  for (const length of [0, 1, 2, 3, 4, 48 * 1024])
    assert.equal(base64Chars(length), Buffer.alloc(length).toString("base64").length);
});

test("X1 a server that refuses while the bytes are still on their way is heard", async (t) => {
  const url = await serve(t, (_request, response) => {
    response.writeHead(413, { "content-type": "application/json", connection: "close" });
    response.end('{"error":{"message":"too large"}}');
  });
  const carried = new CarriedBytes();
  const call = createCarryingFetch(createProviderFetch(), carried);
  const response = await call(url, post(carried.carry(Buffer.alloc(12_000_000))));
  assert.equal(response.status, 413);
  assert.match(await response.text(), /too large/);
});

test("C5 a request with ten megabytes of a file never holds the event loop for long", async (t) => {
  let bytes = 0;
  const url = await serve(t, (request, response) => {
    request.on("data", (chunk: Buffer) => (bytes += chunk.length));
    request.on("end", () => {
      response.writeHead(400, { "content-type": "application/json" });
      response.end('{"error":{"message":"no"}}');
    });
  });
  const carried = new CarriedBytes();
  const file = Buffer.alloc(10 * 1024 ** 2, 7);
  const data = carried.carry(file);
  const provider = createOpenAiResponses({
    name: "openai-compatible",
    apiKey: "k",
    baseUrl: `${url}/v1`,
    fetch: createCarryingFetch(createProviderFetch(), carried),
  });
  const ask = async () => {
    const messages = [{ role: "user", content: [PAPER], provider: null }] as const;
    const files = new Map([[PAPER.file_id, { type: "document", data }]] as const);
    const asked = { model: "m", system: "", messages, tools: [], config: {}, files };
    const options = { signal: t.signal, newToolCallId: () => "c" };
    for await (const event of provider.stream(asked, options)) assert.fail(event.type);
  };
  // The first one compiles what the next ones run.
  await assert.rejects(ask());
  const loop = watchLoop();
  await assert.rejects(ask(), { name: "ModelError" });
  const heldMs = loop.stop();
  assert.ok(bytes > 2 * base64Chars(file.byteLength), `the server got ${bytes} bytes`);
  assert.ok(heldMs < 50, `the event loop was held for ${heldMs} ms`);
});

const PAPER = { type: "file", file_id: "1", name: "paper.pdf", media_type: "application/pdf" } as const;
