// What a worker runs for a user stops when the user is deleted, with a real worker and real Temporal.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Chat } from "../../core/chat/message.ts";
import { createApiKey } from "../../store/access/api-keys.ts";
import { newApiKey } from "../../store/access/issued-keys.ts";
import { createUser } from "../../store/access/users.ts";
import { type Everturn, type Json, startEverturn } from "../support/everturn.ts";
import { ChatReader } from "../support/reader/chat-reader.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

let everturn: Everturn;

before(async () => {
  everturn = await startEverturn();
});

after(() => everturn.stop());

/** A user whose chat is in the middle of an answer that never ends, with a message behind it. */
async function midAnswer() {
  const user = await createUser(everturn.pool, { name: "leaver", role: "member" });
  const key = newApiKey();
  await createApiKey(everturn.pool, { user_id: user.id, name: "test", key });
  const post = async (path: string, content: string) => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const body = JSON.stringify({ content });
    return (await (await fetch(everturn.url + path, { method: "POST", headers, body })).json()) as Json;
  };
  const name = randomUUID();
  const chat = (await post("/v1/chats", script({ parts: 30, stall_after: 20 }, name))) as Chat;
  await post(`/v1/chats/${chat.id}/messages`, "and then?");
  const reader = new ChatReader(everturn.url, chat.id, key);
  await reader.until("the answer has begun", ({ previews }) => previews.size > 0);
  // An attempt is shown before its provider is called.
  await everturn.model.waitFor({ key: name, event: "chunks", count: 20 });
  return { user, chat, reader, hungUp: () => everturn.model.waitFor({ key: name, event: "client_closed" }) };
}

test("A9 a deleted user's answer in flight is cut at the provider, and nothing of it stays", async () => {
  const { user, chat, reader, hungUp } = await midAnswer();
  await everturn.call("DELETE", `/v1/users/${user.id}?chats=delete`);
  await hungUp();
  reader.close();
  const run = everturn.temporal.workflow.getHandle(`chat-${chat.id}`);
  await run.result().catch(() => undefined);
  assert.notEqual((await run.describe()).status.name, "RUNNING");
  const { rows } = await everturn.pool.query("select 1 from messages where chat_id = $1", [chat.id]);
  assert.equal(rows.length, 0);
});

test("A9 a chat that is handed over in mid-answer keeps what was answered, rests, and answers its new owner", async () => {
  const { user, chat, reader, hungUp } = await midAnswer();
  const me = (await everturn.call<Json>("GET", "/v1/me")).id as string;
  await everturn.call("DELETE", `/v1/users/${user.id}?chats=transfer&to=${me}`);
  await hungUp();
  reader.close();
  const own = everturn.reader(chat.id);
  await own.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [own]);
  assert.deepEqual(
    stored.map(({ role, interrupted }) => `${role} ${interrupted}`),
    ["user false", "assistant true"],
    "the message behind it is not asked for the new owner",
  );
  assert.ok(textOf(stored[1] as Json).length > 0);
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, { content: script({ text: "yes" }) });
  await own.until("the new owner is answered", ({ messages, status }) => {
    return messages.length === 4 && status === "waiting";
  });
  assert.equal(textOf((await assertSettled(everturn, chat.id, [own])).at(-1) as Json), "yes");
});
