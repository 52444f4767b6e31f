// Tests: pages of servers on this machine, friendly and not.
import assert from "node:assert/strict";
import type { LookupAddress } from "node:dns";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { JsonObject } from "../../core/part/part.ts";
import { createGuardedFetch } from "../../platform/network/guarded-fetch.ts";
import type { LookupAll } from "../../platform/network/guarded-lookup.ts";
import { textOf, toolContext } from "../files/files-fixture.ts";
import { runToolCall } from "../run-tool-call.ts";
import type { ToolOutput } from "../tool.ts";
import { createFetchUrl, type FetchUrlDeps } from "./fetch-url.ts";

const rules = { setting: "EVERTURN_ALLOW_PRIVATE_FETCH" };
const open = createGuardedFetch({ ...rules, allowPrivate: true });

/** What the server answers next, and what it was asked. */
let answer: RequestListener = (_request, response) => void response.end();
let asked: IncomingMessage[] = [];
let url: string;
const server = createServer((request, response) => {
  asked.push(request);
  answer(request, response);
});
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function answers(
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): void {
  asked = [];
  answer = (_request, response) => void response.writeHead(status, headers).end(body);
}

function answerWith(listener: (request: IncomingMessage, response: ServerResponse) => void): void {
  asked = [];
  answer = listener;
}

function call(args: JsonObject, deps: Partial<FetchUrlDeps> = {}, signal?: AbortSignal): Promise<ToolOutput> {
  const tool = createFetchUrl({ fetch: open, ...deps });
  const context = toolContext(signal === undefined ? {} : { signal });
  return runToolCall({ tool_call_id: "c", tool_name: "fetch_url", args }, [tool], context);
}

async function errorOf(args: JsonObject, deps: Partial<FetchUrlDeps> = {}): Promise<string> {
  const { result, is_error } = await call(args, deps);
  assert.equal(is_error, true, JSON.stringify(result));
  return textOf(result, "error");
}

test("C9 a page comes as text with its title, a document as it is", async () => {
  answers("<title>T</title><h1>Hi</h1><p>there", { "content-type": "text/html; charset=utf-8" });
  const page = await call({ url: `${url}/a#part` });
  assert.deepEqual(page, {
    result: { url: `${url}/a`, media_type: "text/html", title: "T", text: "# Hi\n\nthere", total_chars: 11 },
    is_error: false,
  });
  assert.deepEqual([asked[0]?.headers.cookie, asked[0]?.headers.authorization], [undefined, undefined]);
  answers(gzipSync('{"a": [1, "é"]}'), { "content-type": "application/json", "content-encoding": "gzip" });
  assert.equal((await call({ url })).result["text"], '{"a": [1, "é"]}');
});

test("C9 long pages come in pieces that join to the whole, in whole characters", async () => {
  const whole = `${"aé😀\n".repeat(15_000)}end`;
  answers(whole, { "content-type": "text/plain" });
  const pieces: string[] = [];
  for (let offset: unknown = 0; typeof offset === "number"; ) {
    const { result, is_error } = await call({ url, ...(offset > 0 && { offset }) });
    assert.equal(is_error, false);
    pieces.push(textOf(result, "text"));
    offset = result["next_offset"];
  }
  assert.ok(pieces.length > 2);
  assert.equal(pieces.join(""), whole);
  assert.match(await errorOf({ url, offset: whole.length }), /nothing at offset/);
  assert.match(await errorOf({ url, offset: -1 }), /offset/);
});

test("C9 A4 addresses that the guard forbids are refused before a connection, private ones unless they are allowed", async () => {
  const guarded = { fetch: createGuardedFetch({ ...rules, allowPrivate: false }) };
  answers("secret");
  for (const forbidden of [
    url,
    "http://localhost/",
    "http://[::1]/",
    "http://0x7f.1/",
    "http://169.254.169.254/x",
  ])
    assert.match(
      await errorOf({ url: forbidden }, guarded),
      /^The page may not be fetched: the address/,
      forbidden,
    );
  assert.match(await errorOf({ url: "http://169.254.169.254/latest" }), /metadata/);
  assert.equal(asked.length, 0);
});

test("C9 A4 what a name leads to is judged in the lookup of its socket", async () => {
  const lookup = ((_name, _options, callback) => {
    const addresses: LookupAddress[] = [{ address: "127.0.0.1", family: 4 }];
    callback(null, addresses);
  }) as LookupAll as Parameters<typeof createGuardedFetch>[1];
  answers("secret");
  const port = new URL(url).port;
  const named = { url: `http://public.example:${port}/` };
  const refused = createGuardedFetch({ ...rules, allowPrivate: false }, lookup);
  assert.match(await errorOf(named, { fetch: refused }), /private or loopback address/);
  assert.equal(asked.length, 0);
  const allowed = createGuardedFetch({ ...rules, allowPrivate: true }, lookup);
  assert.equal((await call(named, { fetch: allowed })).result["text"], "secret");
});

test("C9 A4 each redirect is judged as the first address was, and there are few of them", async () => {
  const to = (location: string) => answers("", { location }, 302);
  to("http://169.254.169.254/latest/meta-data");
  assert.match(await errorOf({ url }), /metadata/);
  to("file:///etc/passwd");
  assert.match(await errorOf({ url }), /must begin with http/);
  to("http://me:secret@other.example/");
  assert.match(await errorOf({ url }), /user name or password/);
  to("/again");
  assert.match(await errorOf({ url }), /redirects more than 5 times/);
  assert.equal(asked.length, 6);
  answerWith((request, response) => {
    if (request.url === "/end")
      response.writeHead(200, { "content-type": "text/html" }).end('<a href="x">y</a>');
    else response.writeHead(307, { location: "/end" }).end();
  });
  const { result } = await call({ url: `${url}/begin` });
  assert.deepEqual([result["url"], result["text"]], [`${url}/end`, `y (${url}/x)`]);
});

test("C9 L4 what is no web address is refused in words", async () => {
  for (const [bad, words] of [
    ["no url", /no URL/],
    ["ftp://example.com/", /must begin with/],
    ["data:text/html,x", /must begin with/],
    ["https://a:b@example.com/", /user name or password/],
    ["x".repeat(2_049), /url/],
    [7, /url/],
  ] as const)
    assert.match(await errorOf({ url: bad }), words);
  assert.match(await errorOf({ url, headers: {} }), /headers/);
});

test("C9 other types, errors of the server and broken answers are told in words", async () => {
  answers("%PDF-1.7", { "content-type": "application/pdf" });
  assert.match(await errorOf({ url }), /application\/pdf, which is not text/);
  answers("gone", {}, 410);
  assert.match(await errorOf({ url }), /answered 410/);
  answers("not gzip", { "content-type": "text/plain", "content-encoding": "gzip" });
  assert.match(await errorOf({ url }), /could not be fetched/);
  answerWith((_request, response) => void response.socket?.destroy());
  assert.match(await errorOf({ url }), /closed the connection/);
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  assert.match(await errorOf({ url: `http://127.0.0.1:${port}/` }), /refuses connections/);
});

test("C9 neither the size of a page nor what a small answer unpacks to is left to the server", async () => {
  const bomb = gzipSync("x".repeat(20 * 1024 * 1024));
  answers(bomb, { "content-type": "text/plain", "content-encoding": "gzip" });
  const { result } = await call({ url });
  assert.equal(result["total_chars"], 5 * 1024 * 1024);
  assert.match(textOf(result, "note"), /larger than what is read/);
  let sent = 0;
  answerWith((_request, response) => {
    response.writeHead(200, { "content-type": "text/plain" });
    const piece = "y".repeat(64 * 1024);
    const more = () => {
      while (!response.destroyed && response.write(piece)) sent += piece.length;
    };
    response.on("drain", more);
    response.on("error", () => undefined);
    more();
  });
  assert.equal((await call({ url }, { limits: { bytesMax: 1_000 } })).result["total_chars"], 1_000);
  assert.ok(sent < 64 * 1024 * 1024, "the endless answer was cut off");
});

test("C9 a server that hangs costs its time and no more", async () => {
  answerWith(
    (_request, response) => void response.writeHead(200, { "content-type": "text/plain" }).write("x"),
  );
  assert.match(await errorOf({ url }, { limits: { timeoutMs: 20 } }), /took longer than/);
});

test("C9 I2 an interrupt ends the request at its server", async () => {
  const controller = new AbortController();
  const ended = new Promise<void>((resolve) => {
    answerWith((request, response) => {
      request.socket.once("close", resolve);
      response.writeHead(200, { "content-type": "text/plain" }).write("x");
      controller.abort();
    });
  });
  const { is_error, result } = await call({ url }, {}, controller.signal);
  await ended;
  assert.deepEqual([is_error, result["error"]], [true, "The call was interrupted."]);
});
