import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { validate, version } from "uuid";
import { startTestApi, type TestApi } from "../support/api.ts";

let api: TestApi;

before(async () => {
  api = await startTestApi();
});

after(() => api.stop());

async function newChat(content = "hello", more: object = {}) {
  return (await api.call("POST /v1/chats", { body: { content, ...more } })).body;
}

/** Puts a chat to rest, as the end of its turn would. */
async function rest(chatId: string, status = "waiting"): Promise<void> {
  await api.pool.query("update chats set status = $2 where id = $1", [chatId, status]);
}

test("Q1 a chat is created at once and runs, also while Temporal is away (Q11)", async () => {
  const { status, body } = await api.call("POST /v1/chats", {
    body: {
      content: "Tell me about the weather in Reykjavík tomorrow",
      labels: { team: "blue" },
      system_prompt: "be brief",
      reasoning_effort: "low",
    },
  });
  assert.equal(status, 201);
  assert.equal(body.status, "running");
  assert.ok(validate(body.id) && version(body.id) === 7);
  assert.equal(body.title, "Tell me about the weather in");
  assert.equal(body.reasoning_effort, "low");
  assert.deepEqual(body.labels, { team: "blue" });
  const read = await api.call(`GET /v1/chats/${body.id}`);
  assert.deepEqual(read.body, body);
  const { body: page } = await api.call(`GET /v1/chats/${body.id}/messages`);
  assert.equal(page.messages[0].id, body.current_turn_id);
  const { rows } = await api.pool.query("select kind from outbox where chat_id = $1", [body.id]);
  assert.deepEqual(rows, [{ kind: "start" }]);
});

test("Q2 an idle chat takes a message into its history, a busy one queues it", async () => {
  const chat = await newChat();
  const busy = await api.call(`POST /v1/chats/${chat.id}/messages`, { body: { content: "later" } });
  assert.equal(busy.body.queued, true);
  assert.deepEqual(busy.body.messages, []);
  assert.equal(busy.body.queued_message.content[0].text, "later");
  const { body: page } = await api.call(`GET /v1/chats/${chat.id}/messages`);
  assert.equal(page.messages.length, 1);
  assert.deepEqual(page.queued_messages, [busy.body.queued_message]);
  const idle = await newChat();
  await rest(idle.id);
  const sent = await api.call(`POST /v1/chats/${idle.id}/messages`, { body: { content: "now" } });
  assert.equal(sent.body.queued, false);
  assert.equal(sent.body.messages[0].content[0].text, "now");
  assert.equal("queued_message" in sent.body, false);
});

test("Q4 at most 20 messages are queued", async () => {
  const chat = await newChat();
  const send = () => api.call(`POST /v1/chats/${chat.id}/messages`, { body: { content: "x" } });
  for (let i = 0; i < 20; i++) assert.equal((await send()).status, 200);
  const full = await send();
  assert.equal(`${full.status} ${full.body.code}`, "429 queue_full");
  assert.equal((await api.call(`GET /v1/chats/${chat.id}`)).body.queue_length, 20);
});

test("Q7 a message may interrupt the turn it meets", async () => {
  const chat = await newChat();
  const body = { content: "stop that", busy_behavior: "interrupt" };
  const sent = await api.call(`POST /v1/chats/${chat.id}/messages`, { body });
  assert.equal(sent.body.queued, true);
  assert.equal((await api.call(`GET /v1/chats/${chat.id}`)).body.status, "interrupting");
});

test("Q7 a message that steers waits in the queue, marked, until the turn's next tools", async () => {
  const chat = await newChat();
  const body = { content: "rather this", busy_behavior: "steer" };
  const sent = await api.call(`POST /v1/chats/${chat.id}/messages`, { body });
  assert.deepEqual([sent.body.queued, sent.body.queued_message.steer], [true, true]);
  const shown = await api.call(`GET /v1/chats/${chat.id}/messages`);
  assert.deepEqual(shown.body.queued_messages, [sent.body.queued_message]);
  assert.equal((await api.call(`GET /v1/chats/${chat.id}`)).body.status, "running");
});

test("Q9 queued messages are rewritten, moved and deleted", async () => {
  const chat = await newChat();
  const ids: number[] = [];
  for (const content of ["a", "b", "c"]) {
    const { body } = await api.call(`POST /v1/chats/${chat.id}/messages`, { body: { content } });
    ids.push(body.queued_message.id);
  }
  const at = `/v1/chats/${chat.id}/queue`;
  const moved = await api.call(`PATCH ${at}/${ids[2]}`, { body: { content: "C", position: 1 } });
  assert.equal(moved.body.position, 1);
  assert.equal((await api.call(`DELETE ${at}/${ids[0]}`)).status, 204);
  const { body } = await api.call(`GET /v1/chats/${chat.id}/messages`);
  assert.deepEqual(
    body.queued_messages.map((one: { content: { text: string }[] }) => one.content[0]?.text),
    ["C", "b"],
  );
  assert.equal((await api.call(`PATCH ${at}/${ids[1]}`, { body: {} })).status, 400);
});

test("E1 an edit replaces the message and all after it, and runs", async () => {
  const chat = await newChat("first");
  await rest(chat.id);
  await api.call(`POST /v1/chats/${chat.id}/messages`, { body: { content: "second" } });
  const { body: page } = await api.call(`GET /v1/chats/${chat.id}/messages?after_id=0`);
  const [first, second] = page.messages;
  const edit = `PATCH /v1/chats/${chat.id}/messages/${first.id}`;
  const { body } = await api.call(edit, { body: { content: "other" } });
  assert.deepEqual(body.deleted_message_ids, [first.id, second.id]);
  assert.equal(body.message.model_config_id, first.model_config_id);
  const { body: after } = await api.call(`GET /v1/chats/${chat.id}/messages`);
  assert.deepEqual(after.messages, [body.message]);
  assert.equal((await api.call(edit, { body: { content: "again" } })).body.code, "message_not_found");
});

test("I4 interrupting an idle chat changes nothing, a running one is interrupting", async () => {
  const chat = await newChat();
  const running = await api.call(`POST /v1/chats/${chat.id}/interrupt`);
  assert.equal(running.body.status, "interrupting");
  await rest(chat.id);
  const idle = await api.call(`POST /v1/chats/${chat.id}/interrupt`, { body: {} });
  assert.equal(`${idle.status} ${idle.body.status}`, "200 waiting");
});

test("I4 an interrupt that names a turn stops that one or nothing", async () => {
  const chat = await newChat();
  const interrupt = (body: object) => api.call(`POST /v1/chats/${chat.id}/interrupt`, { body });
  const other = await interrupt({ turn_id: chat.current_turn_id + 1 });
  assert.deepEqual([other.status, other.body], [200, chat]);
  const meant = await interrupt({ turn_id: chat.current_turn_id });
  assert.deepEqual([meant.status, meant.body.status], [200, "interrupting"]);
  assert.equal((await interrupt({ turn_id: "1" })).body.errors[0].path, "turn_id");
  assert.equal((await interrupt({ turn: 1 })).status, 400);
});

test("title, labels and pin are patched; a busy chat is not archived; deleting is final", async () => {
  const chat = await newChat();
  const patch = (body: object) => api.call(`PATCH /v1/chats/${chat.id}`, { body });
  const patched = await patch({ title: "Named", labels: { a: "b" }, pin_order: 3 });
  assert.equal(patched.body.title, "Named");
  assert.equal(patched.body.pin_order, 3);
  assert.equal((await patch({ pin_order: null, labels: {} })).body.pin_order, null);
  assert.equal((await patch({ archived: true })).body.code, "chat_busy");
  await rest(chat.id);
  assert.equal((await patch({ archived: true })).body.archived, true);
  const send = await api.call(`POST /v1/chats/${chat.id}/messages`, { body: { content: "x" } });
  assert.equal(`${send.status} ${send.body.code}`, "409 chat_archived");
  assert.equal((await patch({ archived: false })).body.archived, false);
  const remove = `DELETE /v1/chats/${chat.id}`;
  assert.equal((await api.call(remove)).status, 204);
  assert.equal((await api.call(remove)).status, 404);
});

test("E6 a fork is a chat of its own, marked in its title, made once for an Idempotency-Key", async () => {
  const chat = await newChat("the beginning", { labels: { team: "blue" } });
  const headers = { "Idempotency-Key": "fork-1" };
  const forked = await api.call(`POST /v1/chats/${chat.id}/fork`, { headers, body: {} });
  assert.equal(forked.status, 201);
  const { id, status, title, labels, children } = forked.body;
  assert.deepEqual(
    [status, title, labels, children],
    ["waiting", "the beginning (fork)", { team: "blue" }, undefined],
  );
  const again = await api.call(`POST /v1/chats/${chat.id}/fork`, { headers, body: {} });
  assert.equal(again.body.id, id);
  const { body: page } = await api.call(`GET /v1/chats/${id}/messages`);
  assert.deepEqual(
    page.messages.map((one: { chat_id: string; content: unknown }) => [one.chat_id, one.content]),
    [[id, [{ type: "text", text: "the beginning" }]]],
  );
  const message_id = page.messages[0].id;
  const second = await api.call(`POST /v1/chats/${id}/fork`, { body: { message_id, title: "Mine" } });
  assert.equal(second.body.title, "Mine");
  const wrong = await api.call(`POST /v1/chats/${chat.id}/fork`, { body: { message_id } });
  assert.equal(`${wrong.status} ${wrong.body.code}`, "404 message_not_found");
  const cost = await api.call(`GET /v1/chats/${id}/cost`);
  assert.equal(cost.body.request_count, 0);
  const sent = await api.call(`POST /v1/chats/${id}/messages`, { body: { content: "on we go" } });
  assert.equal(sent.body.queued, false);
});
