// Streams over real sockets whose readers leave at any moment, as early as right after the request: nothing stays behind.
import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { after, before, test } from "node:test";
import { revokeApiKey } from "../../store/access/api-keys.ts";
import { type Called, startTestApi, type TestApi } from "../support/api.ts";
import { eventually } from "../support/reader/stream-world.ts";

const resetsEach = 1_000;
const atOnce = 40;

let api: TestApi;
let chatIds: string[];
let logs: string;
before(async () => {
  api = await startTestApi({ liveBus: "postgres", lingerMs: 1 });
  const chats: Called[] = [];
  for (let i = 0; i < 10; i++) {
    chats.push(await api.call("POST /v1/chats", { body: { content: "hello" } }));
    assert.equal(await startAiChat(`ai-${i}`), 200);
  }
  chatIds = chats.map(({ body }) => body.id);
  const { body } = await api.call("POST /v1/workspaces", { body: { template: "blank" } });
  logs = body.links.logs;
});
after(() => api.stop());

function aiPost(id: string): string {
  const parts = [{ type: "text", text: "hello" }];
  return JSON.stringify({ id, messages: [{ id: `${id}-1`, role: "user", parts }] });
}

/** Its turn runs for as long as the test does: nobody is there who would answer. */
async function startAiChat(id: string): Promise<number> {
  const headers = { Authorization: `Bearer ${api.key}`, "Content-Type": "application/json" };
  const answer = await fetch(`${api.url}/ai-sdk/chat`, { method: "POST", headers, body: aiPost(id) });
  await answer.body?.cancel();
  return answer.status;
}

function requestText(line: string, body = ""): string {
  const head = [`${line} HTTP/1.1`, "Host: everturn", `Authorization: Bearer ${api.key}`];
  if (body !== "") head.push("Content-Type: application/json", `Content-Length: ${body.length}`);
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

/** Sends a request and is gone: at once, in the next turn of the loop, or a few milliseconds later. */
function leaveEarly(text: string, round: number): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = connect(Number(new URL(api.url).port), "127.0.0.1");
    const leave = () => void socket.resetAndDestroy();
    socket.on("error", () => undefined);
    socket.on("close", () => resolve());
    socket.on("data", () => undefined);
    socket.on("connect", () => {
      socket.write(text, () => {
        if (round % 6 === 0) leave();
        else if (round % 6 === 1) setImmediate(leave);
        else setTimeout(leave, (round % 6) - 1);
      });
    });
  });
}

/** What is held for readers. */
function held(): Record<string, number> {
  const { hubs, feeds, buildLogs } = api;
  return {
    streams: api.streams.size,
    hubs: hubs.size,
    readers: hubs.readerCount,
    feeds: feeds.size,
    feed_readers: feeds.readerCount,
    builds: buildLogs.size,
  };
}

const nothing = { streams: 0, hubs: 0, readers: 0, feeds: 0, feed_readers: 0, builds: 0 };

/** Looks as long as a slow machine may need to hear of the last connection's end. */
async function assertNothingHeld(): Promise<void> {
  let looks = 0;
  await eventually(() => {
    looks += 1;
    return Promise.resolve(looks > 4_000 || Object.values(held()).every((count) => count === 0));
  });
  assert.deepEqual(held(), nothing);
}

const requests: Readonly<Record<string, (round: number) => string>> = {
  "a chat": (round) => requestText(`GET /v1/chats/${chatIds[round % chatIds.length]}/stream`),
  "the feed": () => requestText("GET /v1/chats/watch"),
  "a build's log": () => requestText(`GET ${logs}`),
  "an AI SDK client's post": (round) => requestText("POST /ai-sdk/chat", aiPost(`ai-${round % 10}`)),
  "an AI SDK client's resume": (round) => requestText(`GET /ai-sdk/chat/ai-${round % 10}/stream`),
};

for (const [name, request] of Object.entries(requests)) {
  test(`T10 of a thousand readers of ${name} that reset their connection at once nothing stays behind`, async () => {
    for (let round = 0; round < resetsEach; round += atOnce) {
      const resets = Array.from({ length: atOnce }, (_, i) => leaveEarly(request(round + i), round + i));
      await Promise.all(resets);
    }
    await assertNothingHeld();
  });
}

test("T10 streams asked for one behind the other on one connection are let go of with it", async () => {
  const texts = chatIds.slice(0, 4).map((id) => requestText(`GET /v1/chats/${id}/stream`));
  for (let round = 0; round < 12; round++) await leaveEarly(texts.join(""), round);
  await assertNothingHeld();
});

interface Opened {
  readonly status: number;
  /** All of the stream, when it has ended. */
  readonly text: Promise<string>;
  readonly leave: () => void;
}

async function openStream(path: string, key: string, at = api): Promise<Opened> {
  const abort = new AbortController();
  const headers = { Authorization: `Bearer ${key}` };
  const answer = await fetch(at.url + path, { headers, signal: abort.signal });
  const text = answer.text();
  text.catch(() => undefined);
  return { status: answer.status, text, leave: () => abort.abort() };
}

test("T10 a revoked key's open streams end, each of its kind, with the next look at keys; those of others go on", async () => {
  const owner = await api.newKey();
  const { body: chat } = await api.call("POST /v1/chats", { key: owner.key, body: { content: "hello" } });
  const { body: place } = await api.call("POST /v1/workspaces", {
    key: owner.key,
    body: { template: "blank" },
  });
  const headers = { Authorization: `Bearer ${owner.key}`, "Content-Type": "application/json" };
  const posted = await fetch(`${api.url}/ai-sdk/chat`, { method: "POST", headers, body: aiPost("revoked") });
  const paths = [
    `/v1/chats/${chat.id}/stream`,
    "/v1/chats/watch",
    place.links.logs,
    "/ai-sdk/chat/revoked/stream",
  ];
  const streams = await Promise.all(paths.map((path) => openStream(path, owner.key)));
  assert.deepEqual(
    streams.map(({ status }) => status),
    [200, 200, 200, 200],
  );
  const other = await openStream("/v1/chats/watch", api.key);
  await api.streams.recheck();
  assert.equal(api.streams.size, 6);
  await revokeApiKey(api.pool, owner.keyId);
  await api.streams.recheck();
  const [, , , resumed] = await Promise.all(streams.map(({ text }) => text));
  const end =
    /data: \{"type":"error","errorText":"The API key was revoked or has expired\."\}\n\ndata: \[DONE\]\n\n$/;
  assert.match(resumed as string, end);
  assert.match(await posted.text(), end);
  assert.equal(api.streams.size, 1);
  other.leave();
  await assertNothingHeld();
});

test("T10 an expired key's streams end", async () => {
  const { key, keyId } = await api.newKey();
  const stream = await openStream("/v1/chats/watch", key);
  assert.equal(stream.status, 200);
  await api.pool.query("update api_keys set expires_at = now() - interval '1 second' where id = $1", [keyId]);
  await api.streams.recheck();
  assert.match(await stream.text, /event: snapshot/);
  await assertNothingHeld();
});

test("T10 a key and a replica hold no more streams than they may: 429, until one of them has left", async () => {
  const replica = await startTestApi({
    databaseUrl: api.databaseUrl,
    streams: { perKeyMax: 2, perReplicaMax: 3 },
  });
  try {
    const [one, two, three] = await Promise.all([replica.newKey(), replica.newKey(), replica.newKey()]);
    const own = [await openStream("/v1/chats/watch", one.key, replica)];
    own.push(await openStream("/v1/chats/watch", one.key, replica));
    const refused = await replica.call("GET /v1/chats/watch", { key: one.key });
    assert.deepEqual([refused.status, refused.body.code], [429, "too_many_streams"]);
    assert.equal(refused.headers.get("retry-after"), "5");
    assert.match(refused.body.detail, /2 streams per key/);
    assert.equal((await replica.call("GET /v1/chats", { key: one.key })).status, 200);
    const last = await openStream("/v1/chats/watch", two.key, replica);
    assert.equal(last.status, 200);
    const full = await replica.call("GET /v1/chats/watch", { key: three.key });
    assert.deepEqual([full.status, /3 streams per replica/.test(full.body.detail)], [429, true]);
    for (const { leave } of own) leave();
    await eventually(() => Promise.resolve(replica.streams.size === 1));
    assert.equal((await openStream("/v1/chats/watch", one.key, replica)).status, 200);
  } finally {
    await replica.stop();
  }
});

test("T10 a client that is turned away has sent nothing: its message is not taken", async () => {
  const replica = await startTestApi({ databaseUrl: api.databaseUrl, streams: { perKeyMax: 0 } });
  try {
    const { key } = await replica.newKey();
    const refused = await replica.call("POST /ai-sdk/chat", { key, text: aiPost("refused") });
    assert.equal(refused.status, 429);
    assert.deepEqual((await replica.call("GET /v1/chats", { key })).body.items, []);
  } finally {
    await replica.stop();
  }
});

test("T4 an empty Last-Event-ID says nothing: ?after counts, on every stream", async () => {
  const headers = { Authorization: `Bearer ${api.key}`, "Last-Event-ID": "" };
  const firstOf = async (path: string) => {
    const abort = new AbortController();
    const answer = await fetch(api.url + path, { headers, signal: abort.signal });
    let text = "";
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (/^(?:id|event): .*\n[^]*\n\n/m.test(text)) break;
    }
    abort.abort();
    return text;
  };
  const buildId = logs.split("/").at(-2);
  const lines =
    "insert into build_logs (build_id, seq, text) select $1, seq, 'line' from generate_series(1, 3) seq";
  await api.pool.query(lines, [buildId]);
  assert.match(await firstOf(`${logs}?after=2`), /^id: 3\n/);
  const cursorOf = (text: string) => /^id: (\S+)$/m.exec(text)?.[1];
  const feed = cursorOf(await firstOf("/v1/chats/watch"));
  assert.doesNotMatch(await firstOf(`/v1/chats/watch?after=${feed}`), /event: snapshot/);
});
