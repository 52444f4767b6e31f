// Tests of calls: what is sent, what is tried again and what is not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Everturn, EverturnError, EverturnNetworkError, everyItem } from "../index.ts";
import { backoffMs } from "./wait.ts";

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
  readonly headers: Headers;
}

function client(
  answers: readonly (() => Response)[],
  settings: object = { apiKey: "k" },
): { client: Everturn; sent: Sent[] } {
  const sent: Sent[] = [];
  const fetch = (url: unknown, init: RequestInit = {}) => {
    sent.push({ url: String(url), init, headers: new Headers(init.headers) });
    const answer = answers[Math.min(sent.length, answers.length) - 1] ?? ok;
    return new Promise<Response>((resolve) => resolve(answer()));
  };
  return {
    sent,
    client: new Everturn({
      baseUrl: "http://host/base/",
      fetch,
      ...settings,
    }),
  };
}

const ok = () => new Response('{"id":"c"}');
const lost = () => {
  throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
};
const busy = (status: number, headers: Record<string, string>) => () =>
  new Response(JSON.stringify({ title: "Busy", status, code: "rate_limited" }), { status, headers });

test("addresses, queries and bodies are sent as the document wants them", async () => {
  const { client: api, sent } = client([ok]);
  await api.chats.list({ label: ["a:1", "b:2"], archived: false, q: undefined });
  await api.chats.send("a/b", "Hi");
  assert.equal(sent[0]?.url, "http://host/base/v1/chats?label=a%3A1&label=b%3A2&archived=false");
  assert.equal(sent[1]?.url, "http://host/base/v1/chats/a%2Fb/messages");
  assert.equal(sent[1]?.init.body, '{"content":"Hi"}');
  assert.equal(sent[1]?.headers.get("authorization"), "Bearer k");
  assert.equal(sent[1]?.headers.get("x-everturn-csrf"), null);
  await assert.rejects(api.chats.get(""), TypeError);
});

test("without a key the browser's session is used, and changes say that they come from a page of ours", async () => {
  const { client: api, sent } = client([ok], {});
  await api.me.get();
  await api.chats.create({});
  assert.deepEqual(
    sent.map(({ headers }) => headers.get("x-everturn-csrf")),
    [null, "1"],
  );
  assert.deepEqual(
    sent.map(({ headers }) => headers.get("authorization")),
    [null, null],
  );
});

test("Q10 a change without an answer is made again with the same key, and the next change has another", async () => {
  const { client: api, sent } = client([lost, lost, ok]);
  await api.chats.create({ content: "Hi" });
  await api.chats.create({ content: "Hi" });
  const keys = sent.map(({ headers }) => headers.get("idempotency-key"));
  assert.equal(keys.length, 4);
  assert.equal(new Set(keys.slice(0, 3)).size, 1);
  assert.notEqual(keys[3], keys[0]);
});

test("a change that takes no key is not made again without an answer", async () => {
  const { client: api, sent } = client([lost, ok]);
  await assert.rejects(
    api.users.create({ name: "Ann", role: "member" }),
    (error) => error instanceof EverturnNetworkError && error.message.includes("ECONNREFUSED"),
  );
  assert.equal(sent.length, 1);
});

test("429 and 503 are tried again when the server says so, a few times, and nothing else is", async () => {
  const passing = client([busy(429, { "retry-after": "0" }), busy(503, { "retry-after": "0" }), ok]);
  await passing.client.users.create({ name: "Ann", role: "member" });
  assert.equal(passing.sent.length, 3);
  const full = client([busy(429, {})]);
  await assert.rejects(full.client.chats.create({}), EverturnError);
  assert.equal(full.sent.length, 1);
  const lasting = client([busy(503, { "retry-after": "0" })], { retriesMax: 2 });
  await assert.rejects(lasting.client.chats.list(), EverturnError);
  assert.equal(lasting.sent.length, 3);
  const long = client([busy(429, { "retry-after": "3600" })]);
  await assert.rejects(
    long.client.chats.list(),
    (error) => error instanceof EverturnError && error.retryAfterMs === 3_600_000,
  );
  assert.equal(long.sent.length, 1);
});

test("a signal ends the wait for the next try with its reason", async () => {
  const controller = new AbortController();
  const { client: api } = client([lost]);
  const calling = api.chats.list({}, { signal: controller.signal });
  controller.abort(new Error("not any more"));
  await assert.rejects(calling, /not any more/u);
});

test("an answer that is not ours, or broke off, is no answer", async () => {
  const { client: api } = client([() => new Response("<html>")]);
  await assert.rejects(api.me.get(), EverturnNetworkError);
});

test("a list is read page by page, until there is no more", async () => {
  const pages = [
    { items: [1, 2], next_cursor: "p2" },
    { items: [3], next_cursor: null },
  ];
  const asked: (string | undefined)[] = [];
  const items: number[] = [];
  const read = (after: string | undefined) => {
    asked.push(after);
    return Promise.resolve(pages[asked.length - 1] as (typeof pages)[number]);
  };
  for await (const item of everyItem(read)) items.push(item);
  assert.deepEqual(items, [1, 2, 3]);
  assert.deepEqual(asked, [undefined, "p2"]);
});

test("waits grow from 250 ms to 15 s, each by chance up to half shorter", () => {
  assert.deepEqual(
    [0, 1, 2, 6, 40].map((tries) => backoffMs(tries, () => 1)),
    [250, 500, 1_000, 15_000, 15_000],
  );
  assert.deepEqual(
    [0, 1, 6].map((tries) => backoffMs(tries, () => 0)),
    [250, 250, 7_500],
  );
});
