// Tests: what one part of the system never got to tell another: a signal, a notification, an answer to a request.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cutConnections, onlyAnswer, soon, tokens, untilDead, untilNoRun } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn();
});
after(() => everturn.stop());

/** Ends the API, and starts one that dies after the first commit that promises something to the workflow. */
async function startDoomedApi(): Promise<void> {
  await everturn.api.kill();
  await everturn.startApi({ EVERTURN_FAILPOINT: "outbox:committed" });
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
  await startDoomedApi();
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

test("Q11 Q6 an API killed before it tells of a queued message: it is answered once, after the first", async () => {
  const key = "queue-lost";
  const chat = await everturn.createChat(script({ text: "one", hold_until: key }, key));
  const reader = everturn.reader(chat.id);
  await everturn.model.waitFor({ key, event: "held" });
  await startDoomedApi();
  const body = { content: script({ text: "two" }, `${key}-2`) };
  await assert.rejects(post(`/v1/chats/${chat.id}/messages`, body, `${key}-a`));
  await untilDead(everturn.api);
  everturn.model.release(key);
  await everturn.startApi();
  await reader.until("both answered", (view) => view.messages.length === 4 && view.status === "waiting");
  await assertSettled(everturn, chat.id, [reader]);
  assert.equal(everturn.model.requests(`${key}-2`).length, 1);
});

test("I2 Q11 an API killed before it tells of an interrupt: the turn stops all the same", async () => {
  const key = "interrupt-lost";
  const chat = await everturn.createChat(script({ parts: 30, stall_after: 20 }, key));
  const reader = everturn.reader(chat.id);
  await everturn.model.waitFor({ key, event: "chunks", count: 20 });
  await startDoomedApi();
  await assert.rejects(post(`/v1/chats/${chat.id}/interrupt`, {}, key));
  await everturn.model.waitFor({ key, event: "client_closed" });
  await everturn.startApi();
  await reader.untilIdle();
  const answer = onlyAnswer(await assertSettled(everturn, chat.id, [reader]));
  assert.equal(answer.interrupted, true);
  assert.equal(textOf(answer).trim(), tokens(20));
});

test("T1 T4 an API killed under its readers: they come back by their cursors and miss nothing", async () => {
  const key = "api-killed";
  const chat = await everturn.createChat(
    script({ parts: 60, rate: 300, hold_until: key, hold_after: 30 }, key),
  );
  const reader = everturn.reader(chat.id);
  await reader.until("half the answer is shown", (_view, { writing }) => writing.includes("t30"));
  await everturn.api.kill();
  everturn.model.release(key);
  await everturn.startApi();
  await reader.untilIdle();
  assert.equal(textOf(onlyAnswer(await assertSettled(everturn, chat.id, [reader]))).trim(), tokens(60));
  assert.equal(everturn.model.requests(key).length, 1);
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
