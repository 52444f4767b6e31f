// Tests: what one part of the system never got to tell another: a signal, a notification, an answer to a request.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Message } from "../../core/chat/message.ts";
import { cutConnections, onlyAnswer, tokens, untilDead, untilNoRun } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn();
});
after(() => everturn.stop());

/** The API dies after its next commit that promises something to the workflow. */
function doomApi(): void {
  everturn.api.doom("outbox:committed");
}

function post(path: string, body: unknown, idempotencyKey: string): Promise<Response> {
  return fetch(everturn.url + path, {
    method: "POST",
    headers: {
      authorization: `Bearer ${everturn.key}`,
      "content-type": "application/json",
      "idempotency-key": idempotencyKey,
    },
    body: JSON.stringify(body),
  });
}

test("Q11 Q10 an API killed between commit and signal: the chat is answered once, and asked again it says so", async () => {
  const key = "create-lost";
  doomApi();
  const body = { content: script({ text: "answered" }, key) };
  await assert.rejects(post("/v1/chats", body, key));
  await untilDead(everturn.api);
  await everturn.startApi();
  const answer = await post("/v1/chats", body, key);
  assert.equal(answer.status, 201);
  const { id } = (await answer.json()) as { id: string };
  const { rows } = await everturn.pool.query("select id from chats");
  assert.deepEqual(rows, [{ id }]);
  const reader = everturn.reader(id);
  await reader.untilIdle();
  assert.equal(textOf(onlyAnswer(await assertSettled(everturn, id, [reader]))), "answered");
  assert.equal(everturn.model.requests(key).length, 1);
  assert.equal(await untilNoRun(everturn, id), "COMPLETED");
});

test("Q11 Q6 T1 T4 an API killed before it tells of a queued message: its readers come back by their cursors and miss nothing, and it is answered once", async () => {
  const key = "queue-lost";
  const first = { parts: 60, rate: 300, hold_until: key, hold_after: 30 };
  const chat = await everturn.createChat(script(first, key));
  const reader = everturn.reader(chat.id);
  await reader.until("half the answer is shown", (_view, { writing }) => writing.includes("t30"));
  doomApi();
  const body = { content: script({ text: "two" }, `${key}-2`) };
  await assert.rejects(post(`/v1/chats/${chat.id}/messages`, body, `${key}-a`));
  await untilDead(everturn.api);
  everturn.model.release(key);
  await everturn.startApi();
  await reader.until("both answered", (view) => view.messages.length === 4 && view.status === "waiting");
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.equal(textOf(stored[1] as Message).trim(), tokens(60));
  assert.deepEqual(
    [key, `${key}-2`].map((one) => everturn.model.requests(one).length),
    [1, 1],
  );
});

test("I2 Q11 an API killed before it tells of an interrupt: the turn stops all the same", async () => {
  const key = "interrupt-lost";
  const chat = await everturn.createChat(script({ parts: 30, stall_after: 20 }, key));
  const reader = everturn.reader(chat.id);
  await everturn.model.waitFor({ key, event: "chunks", count: 20 });
  doomApi();
  await assert.rejects(post(`/v1/chats/${chat.id}/interrupt`, {}, key));
  await everturn.model.waitFor({ key, event: "client_closed" });
  await everturn.startApi();
  await reader.untilIdle();
  const answer = onlyAnswer(await assertSettled(everturn, chat.id, [reader]));
  assert.equal(answer.interrupted, true);
  assert.equal(textOf(answer).trim(), tokens(20));
});

test("T4 notifications lost in mid-stream: readers still end with what is stored", async () => {
  const key = "notify-lost";
  const chat = await everturn.createChat(
    script({ parts: 150, rate: 150, hold_until: key, hold_after: 30 }, key),
  );
  const reader = everturn.reader(chat.id);
  await reader.until("part of the answer is shown", (_view, { writing }) => writing.includes("t30"));
  everturn.model.release(key);
  // Listeners of API and worker, each time they have come back, for as long as the answer flows.
  for (const count of [60, 90, 120]) {
    await everturn.model.waitFor({ key, event: "chunks", count });
    await soon("listeners", async () => (await cutConnections(everturn, "everturn-listen")) > 0);
  }
  await reader.untilIdle();
  assert.equal(textOf(onlyAnswer(await assertSettled(everturn, chat.id, [reader]))).trim(), tokens(150));
  assert.equal(everturn.model.requests(key).length, 1);
});

test("T4 X1 every connection to Postgres cut in mid-answer: it goes on, and the model is asked once", async () => {
  const key = "postgres-cut";
  const chat = await everturn.createChat(
    script({ parts: 60, rate: 300, hold_until: key, hold_after: 30 }, key),
  );
  const reader = everturn.reader(chat.id);
  await reader.until("half the answer is shown", (_view, { writing }) => writing.includes("t30"));
  assert.notEqual(await cutConnections(everturn, "everturn%"), 0);
  everturn.model.release(key);
  await everturn.model.waitFor({ key, event: "finished" });
  await cutConnections(everturn, "everturn%");
  await reader.untilIdle();
  assert.equal(textOf(onlyAnswer(await assertSettled(everturn, chat.id, [reader]))).trim(), tokens(60));
  assert.equal(everturn.model.requests(key).length, 1);
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
});
