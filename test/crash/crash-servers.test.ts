// Tests: Temporal and Postgres themselves go away and come back, under turns that run and messages that are sent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { onlyAnswer, tokens, untilNoRun } from "../support/crash.ts";
import { startEverturn } from "../support/everturn.ts";
import { startOwnPostgres, startOwnTemporal } from "../support/server/own-servers.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

test("Q11 while Temporal is down messages are accepted and answers kept; when it is back, each is answered once", async (context) => {
  const temporal = await startOwnTemporal();
  const everturn = await startEverturn({ temporalAddress: temporal.address });
  context.after(async () => {
    await everturn.stop();
    await temporal.close();
  });
  const running = await everturn.createChat(
    script({ parts: 60, rate: 300, hold_until: "down", hold_after: 30 }, "down"),
  );
  const early = everturn.reader(running.id);
  await early.until("half the answer is shown", (_view, { writing }) => writing.includes("t30"));
  await temporal.stop();

  const sent = await everturn.answer("POST", "/v1/chats", { content: script({ text: "later" }, "created") });
  assert.equal(sent.status, 201);
  const queued = { content: script({ text: "two" }, "queued") };
  await everturn.call("POST", `/v1/chats/${running.id}/messages`, queued);
  const late = everturn.reader(sent.body.id);
  await late.until("the chat is shown running", ({ status }) => status === "running");
  // What was being written needs no Temporal to be finished, kept and shown.
  everturn.model.release("down");
  await early.until("the answer is committed", ({ messages }) => messages.length === 3);

  await temporal.start();
  await early.until("both answered", (view) => view.messages.length === 4 && view.status === "waiting");
  await late.untilIdle();
  const stored = await assertSettled(everturn, running.id, [early]);
  assert.deepEqual(
    stored
      .map(({ role, content }) => [role, textOf({ content }).trim()])
      .filter(([role]) => role === "assistant"),
    [
      ["assistant", tokens(60)],
      ["assistant", "two"],
    ],
  );
  assert.equal(textOf(onlyAnswer(await assertSettled(everturn, sent.body.id, [late]))), "later");
  for (const key of ["down", "created", "queued"]) assert.equal(everturn.model.requests(key).length, 1, key);
  for (const id of [running.id, sent.body.id]) assert.equal(await untilNoRun(everturn, id), "COMPLETED");
});

test("T4 X1 Postgres crashes as an answer ends: the answer waits for it, and the model is asked once", async (context) => {
  const postgres = await startOwnPostgres();
  const everturn = await startEverturn({ databaseUrl: postgres.url });
  context.after(async () => {
    await everturn.stop();
    await postgres.close();
  });
  const chat = await everturn.createChat(
    script({ parts: 60, rate: 300, hold_until: "crash", hold_after: 30 }, "crash"),
  );
  const reader = everturn.reader(chat.id);
  await reader.until("half the answer is shown", (_view, { writing }) => writing.includes("t30"));
  postgres.crash();
  everturn.model.release("crash");
  await reader.untilIdle();
  const answer = onlyAnswer(await assertSettled(everturn, chat.id, [reader]));
  assert.equal(textOf(answer).trim(), tokens(60));
  assert.equal(answer.interrupted, false);
  assert.equal(everturn.model.requests("crash").length, 1);
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
  // And all goes on as before.
  const next = await everturn.createChat(script({ text: "after" }));
  const other = everturn.reader(next.id);
  await other.untilIdle();
  assert.equal(textOf(onlyAnswer(await assertSettled(everturn, next.id, [other]))), "after");
});
