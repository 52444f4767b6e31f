// Tests: what the AI SDK endpoints take and refuse, and what they make of a client's names, with Temporal away.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTestApi, type TestApi } from "../support/api.ts";

let api: TestApi;
before(async () => {
  api = await startTestApi({ liveBus: "postgres" });
});
after(() => api.stop());

function said(id: string, ...texts: string[]) {
  return { id, role: "user", parts: texts.map((text) => ({ type: "text", text })) };
}

function post(id: string, messages: readonly object[], more: object = {}) {
  return { id, messages, trigger: "submit-message", someField: "of another version", ...more };
}

/** Posts, and lets go of the stream as soon as it begins: what is asked for is what the post has made. */
async function posted(body: object, key = api.key): Promise<{ status: number; head: Headers }> {
  const leave = new AbortController();
  const response = await fetch(`${api.url}/ai-sdk/chat`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: leave.signal,
  });
  leave.abort();
  return { status: response.status, head: response.headers };
}

async function refused(body: object): Promise<[number, string, string?]> {
  const answer = await api.call("POST /ai-sdk/chat", { body });
  return [answer.status, answer.body.code, answer.body.errors?.[0]?.path];
}

async function chatsOf(clientId: string): Promise<{ chat_id: string; messages: string[]; queued: number }[]> {
  const { rows } = await api.pool.query(
    `select c.chat_id, array(select m.content->0->>'text' from messages m where m.chat_id = c.chat_id
       and m.deleted_at is null order by m.id) as messages,
       (select queue_length from chats where id = c.chat_id) as queued
     from client_chats c where client_id = $1 order by c.chat_id`,
    [clientId],
  );
  return rows;
}

async function counted(table: string): Promise<number> {
  const { rows } = await api.pool.query(`select count(*)::int as n from ${table}`);
  return rows[0].n;
}

test("Q1 Q2 the first message of an id makes a chat; the next one, while it runs, is queued", async () => {
  const first = await posted(post("a chat/of mine?", [said("m1", "hello")]));
  assert.equal(first.status, 200);
  assert.equal(first.head.get("x-vercel-ai-ui-message-stream"), "v1");
  assert.match(first.head.get("content-type") ?? "", /^text\/event-stream/);
  await posted(post("a chat/of mine?", [said("m1", "hello"), said("m2", "more")]));
  const [chat] = await chatsOf("a chat/of mine?");
  assert.deepEqual([chat?.messages, chat?.queued], [["hello"], 1]);
});

test("Q10 racing posts of a new id make one chat and one message; a repeated one changes nothing", async () => {
  const body = post("raced", [said("m1", "hello")]);
  const all = await Promise.all(Array.from({ length: 8 }, () => posted(body)));
  assert.deepEqual(new Set(all.map(({ status }) => status)), new Set([200]));
  await posted(body);
  const chats = await chatsOf("raced");
  assert.deepEqual(
    chats.map(({ messages, queued }) => [messages, queued]),
    [[["hello"], 0]],
  );
});

test("Q10 another text under a known message id is refused, unless it is said to replace it: then it is an edit", async () => {
  await posted(post("edited", [said("m1", "hello")]));
  const other = [said("m1", "other")];
  assert.deepEqual(await refused(post("edited", other)), [409, "idempotency_key_reused", undefined]);
  await posted(post("edited", other, { messageId: "m1" }));
  assert.deepEqual((await chatsOf("edited"))[0]?.messages, ["other"]);
  const [{ chat_id } = { chat_id: "" }] = await chatsOf("edited");
  const { body } = await api.call(`GET /v1/chats/${chat_id}/messages`);
  await api.call(`PATCH /v1/chats/${chat_id}/messages/${body.messages[0].id}`, {
    body: { content: "third" },
  });
  await posted(post("edited", other));
  assert.deepEqual((await chatsOf("edited"))[0]?.messages, ["third"]);
});

test("A2 the same id of two callers is two chats", async () => {
  const { key } = await api.newKey();
  await posted(post("shared", [said("m1", "mine")]));
  await posted(post("shared", [said("m1", "yours")]), key);
  const chats = await chatsOf("shared");
  assert.deepEqual(new Set(chats.map(({ messages }) => messages[0])), new Set(["mine", "yours"]));
});

test("T1 of a chat that nobody has begun there is nothing to resume or to load", async () => {
  const stream = await api.call("GET /ai-sdk/chat/never-heard-of/stream");
  assert.equal(stream.status, 204);
  const { status, body } = await api.call("GET /ai-sdk/chat/never-heard-of/messages");
  assert.deepEqual([status, body], [200, []]);
});

test("E7 a client's regeneration answers the message it names last; the queue goes", async () => {
  await posted(post("again", [said("m1", "hello")]));
  await posted(post("again", [said("m2", "queued")]));
  await posted(post("again", [said("m1", "hello")], { trigger: "regenerate-message" }));
  const [chat] = await chatsOf("again");
  assert.deepEqual([chat?.messages, chat?.queued], [["hello"], 0]);
  const unknown = post("nobody's", [], { trigger: "regenerate-message" });
  assert.deepEqual(await refused(unknown), [404, "chat_not_found", undefined]);
});

test("an id can begin anew after its chat was deleted", async () => {
  await posted(post("deleted", [said("m1", "hello")]));
  const [before_] = await chatsOf("deleted");
  await api.call(`DELETE /v1/chats/${before_?.chat_id}`);
  assert.deepEqual(await chatsOf("deleted"), []);
  await posted(post("deleted", [said("m1", "hello")]));
  const [after_] = await chatsOf("deleted");
  assert.notEqual(after_?.chat_id, before_?.chat_id);
});

test("I4 stop interrupts what runs, changes nothing where nothing runs, and knows only chats that were begun", async () => {
  await posted(post("stopped", [said("m1", "hello")]));
  assert.equal((await api.call("POST /ai-sdk/chat/stopped/stop")).status, 204);
  const [chat] = await chatsOf("stopped");
  const { body } = await api.call(`GET /v1/chats/${chat?.chat_id}`);
  assert.equal(body.status, "interrupting");
  assert.equal((await api.call("POST /ai-sdk/chat/stopped/stop", { body: { any: "thing" } })).status, 204);
  const unknown = await api.call("POST /ai-sdk/chat/unknown/stop");
  assert.deepEqual([unknown.status, unknown.body.code], [404, "chat_not_found"]);
});

test("I4 stop with a turn's id stops that turn or nothing", async () => {
  await posted(post("named", [said("m1", "hello")]));
  const [chat] = await chatsOf("named");
  const read = async () => (await api.call(`GET /v1/chats/${chat?.chat_id}`)).body;
  const { current_turn_id } = await read();
  const stop = (turn_id: unknown) => api.call("POST /ai-sdk/chat/named/stop", { body: { turn_id, more: 1 } });
  assert.equal((await stop(current_turn_id + 1)).status, 204);
  assert.equal((await read()).status, "running");
  assert.equal((await stop("everturn-turn-1")).body.errors[0].path, "turn_id");
  assert.equal((await stop(current_turn_id)).status, 204);
  assert.equal((await read()).status, "interrupting");
});

test("A1 without a key nothing is streamed", async () => {
  const answer = await api.call("POST /ai-sdk/chat", { body: post("x", [said("m1", "hello")]), key: null });
  assert.deepEqual([answer.status, answer.body.code], [401, "unauthenticated"]);
});

const file = { type: "file", mediaType: "image/png", url: "data:image/png;base64,AAAA" };
const tool = { type: "tool-search", toolCallId: "c1", input: {} };
const ANSWERS: Readonly<Record<string, { body: object; answer: [number, string, string?] }>> = {
  "no id": { body: { messages: [said("m", "x")] }, answer: [400, "invalid_request", "id"] },
  "an empty id": { body: post(" ", [said("m", "x")]), answer: [400, "invalid_request", "id"] },
  "no messages": { body: post("bad", []), answer: [400, "invalid_request", "messages"] },
  "an unknown trigger": {
    body: post("bad", [said("m", "x")], { trigger: "guess" }),
    answer: [400, "invalid_request", "trigger"],
  },
  "blank text": {
    body: post("bad", [said("m", " ")]),
    answer: [400, "invalid_request", "messages[0].parts"],
  },
  "a file in a data URL": {
    body: post("bad", [{ ...said("m", "see"), parts: [{ type: "text", text: "see" }, file] }]),
    answer: [400, "invalid_request", "messages[0].parts[1].url"],
  },
  "a message without an id": {
    body: post("bad", [{ ...said("", "x") }]),
    answer: [400, "invalid_request", "messages[0].id"],
  },
  "an assistant's message": {
    body: post("bad", [{ ...said("m", "x"), role: "assistant" }]),
    answer: [400, "invalid_request", "messages[0].role"],
  },
  "the output of a tool": {
    body: post("bad", [
      said("m", "x"),
      { id: "a", role: "assistant", parts: [{ ...tool, state: "output-available", output: 1 }] },
    ]),
    answer: [404, "chat_not_found"],
  },
  "a message of more than 256 KiB": {
    body: post("bad", [said("m", "x".repeat(300_000))]),
    answer: [413, "body_too_large", "messages[0]"],
  },
};

for (const [what, { body, answer }] of Object.entries(ANSWERS)) {
  test(`Q1 ${what} is refused and makes nothing`, async () => {
    const chats = await counted("chats");
    const [status, code, path] = await refused(body);
    assert.deepEqual([status, code, path], [answer[0], answer[1], answer[2]]);
    assert.equal(await counted("chats"), chats);
  });
}

test("A3 of a conversation of megabytes the last message is taken, and faults are told by its own place", async () => {
  const history = Array.from({ length: 2_000 }, (_, i) => ({
    id: `h${i}`,
    role: i % 2 === 0 ? "user" : "assistant",
    parts: [{ type: "text", text: '"{[,'.repeat(800) }],
  }));
  const body = post("long", [...history, said("last", "hello")]);
  assert.ok(JSON.stringify(body).length > 7_000_000);
  assert.equal((await posted(body)).status, 200);
  const [chat] = await chatsOf("long");
  assert.deepEqual([chat?.messages, chat?.queued], [["hello"], 0]);
  const wrong = { id: "last", role: "user", parts: [{ type: "text", text: 7 }] };
  assert.deepEqual(await refused(post("long", [...history, wrong])), [
    400,
    "invalid_request",
    "messages[2000].parts[0].text",
  ]);
  assert.deepEqual(await refused(post("long", [...history, { id: "last", role: "robot", parts: [] }])), [
    400,
    "invalid_request",
    "messages[2000].role",
  ]);
  const bare = { ...said("last", "x"), parts: [{}] };
  assert.deepEqual((await refused(post("long", [...history, bare])))[2], "messages[2000].parts[0].type");
  const many = Array.from({ length: 10_001 }, () => said("m", "x"));
  assert.deepEqual(await refused(post("many", many)), [400, "invalid_request", "messages"]);
});
