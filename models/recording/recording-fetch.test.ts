// Tests what a debug run keeps of an HTTP call, and that recording changes nothing for the reader.
import assert from "node:assert/strict";
import { test } from "node:test";
import { debugBodyBytesMax } from "../../core/chat/limits.ts";
import type { Fetch } from "../http/provider-options.ts";
import { createRecordingFetch, ExchangeLog, recordExchanges } from "./recording-fetch.ts";

const KEY = "planted-0123456789abcdef";
const ADDRESS = `https://user:pass-word@models.example/v1/chat?key=${KEY}&alt=sse`;
const HEADERS = {
  authorization: `Bearer ${KEY}`,
  "x-api-key": KEY,
  "api-key": KEY,
  cookie: `session=${KEY}`,
  "anthropic-version": "2023-06-01",
  "x-trace": `for ${KEY}`,
};

function answering(respond: () => Response | Promise<Response>): Fetch {
  return createRecordingFetch(async () => respond());
}

function streamOf(pieces: readonly string[], end?: Error): ReadableStream<Uint8Array> {
  const left = pieces.map((piece) => Buffer.from(piece));
  return new ReadableStream({
    pull(controller) {
      const next = left.shift();
      if (next !== undefined) controller.enqueue(next);
      else if (end === undefined) controller.close();
      else controller.error(end);
    },
  });
}

async function recorded(fetch: Fetch, read: (response: Response) => Promise<unknown>, body = "{}") {
  const log = new ExchangeLog();
  const outcome = await recordExchanges(log, async () => {
    const response = await fetch(ADDRESS, { method: "POST", headers: HEADERS, body });
    return read(response);
  }).catch((error: unknown) => error);
  const [exchange] = log.exchanges;
  assert.ok(exchange);
  return { outcome, exchange, shown: exchange.render() };
}

test("B4 the reader gets what it would get without a recording, and status, headers and body are kept", async () => {
  const headers = { "content-type": "text/event-stream", "x-request-id": "0123456789abcdef0123456789abcdef" };
  const fetch = answering(
    () => new Response(streamOf(["data: h\u00e9", "llo\n\n"]), { status: 201, headers }),
  );
  const { outcome, shown } = await recorded(fetch, (response) => response.text(), '{"model":"m"}');
  assert.equal(outcome, "data: h\u00e9llo\n\n");
  assert.equal(shown.end, "completed");
  assert.equal(shown.response_status, 201);
  assert.deepEqual(shown.response_headers, headers);
  assert.equal(shown.response_body, outcome);
  assert.equal(shown.request_body, '{"model":"m"}');
  assert.ok(shown.finished_at !== null && shown.started_at <= shown.finished_at);
});

test("A5 no key stays: not in headers, nor the address, nor where a server repeats it", async () => {
  const echo = `{"error":"no such key ${KEY}, nor sk-other12345","set":"${encodeURIComponent(KEY)}"}`;
  const headers = { "set-cookie": "id=secret-cookie", "x-echo": KEY };
  const fetch = answering(() => new Response(echo, { status: 401, headers }));
  const { shown } = await recorded(fetch, (response) => response.text(), `{"note":"${KEY}"}`);
  assert.equal(shown.end, "error");
  const text = JSON.stringify(shown);
  for (const planted of [KEY, "sk-other12345", "secret-cookie", "pass-word"]) {
    assert.ok(!text.includes(planted), `${planted} is in ${text}`);
  }
  assert.equal(shown.request_headers["authorization"], "[redacted]");
  assert.equal(shown.request_headers["anthropic-version"], "2023-06-01");
});

test("A5 a key that the cut would halve is hidden, too", async () => {
  const before = "x ".repeat(debugBodyBytesMax / 2 - 4);
  const { shown } = await recorded(
    answering(() => new Response("ok")),
    (response) => response.text(),
    `${before}${KEY} and more`,
  );
  assert.ok(!shown.request_body?.includes(KEY.slice(0, 8)));
});

test("B4 a body is kept up to 256 KiB, with a note of its size; the reader gets all of it", async () => {
  const piece = "\u00e9".repeat(50_000);
  const pieces = Array.from({ length: 6 }, () => piece);
  const fetch = answering(() => new Response(streamOf(pieces)));
  const { outcome, shown } = await recorded(fetch, (response) => response.text());
  assert.equal(String(outcome).length, 300_000);
  const body = shown.response_body ?? "";
  assert.ok(body.endsWith("\n[cut: 600000 bytes in all]"));
  assert.ok(!body.includes("\uFFFD"));
  assert.ok(Buffer.byteLength(body) <= debugBodyBytesMax + 64);
});

test("B4 what nobody reads to its end says so; what broke says how; what was never closed is still open", async () => {
  const left = await recorded(
    answering(() => new Response(streamOf(["a", "b", "c"]))),
    async (response) => {
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      await reader.read();
      await reader.cancel();
    },
  );
  assert.equal(left.shown.end, "left");
  assert.equal(left.shown.response_body, "a");
  const reset = new TypeError("terminated", { cause: new Error("other side closed") });
  const broken = await recorded(
    answering(() => new Response(streamOf(["a"], reset))),
    (response) => response.text(),
  );
  assert.equal(broken.outcome, reset);
  assert.equal(broken.shown.end, "error");
  assert.match(broken.shown.error ?? "", /terminated: other side closed/);
  const refused = await recorded(
    answering(() => Promise.reject(new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") }))),
    (response) => response.text(),
  );
  assert.equal(refused.shown.end, "error");
  assert.match(refused.shown.error ?? "", /ECONNREFUSED/);
  const open = await recorded(
    answering(() => new Response(streamOf(["a"]))),
    async () => undefined,
  );
  assert.equal(open.shown.end, null);
});

test("B4 where nobody listens the response is passed on untouched", async () => {
  const response = new Response("as it is");
  assert.equal(await answering(() => response)("https://models.example/"), response);
});
