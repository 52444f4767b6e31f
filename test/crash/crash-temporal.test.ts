// Tests: runs that people or mishaps end from Temporal's side, and chats deleted under a running turn.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chatWorkflowId } from "../../workflows/contract.ts";
import { killWorkers, onlyAnswer, tokens, untilNoRun } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { TestGroup } from "../support/roles/test-group.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn();
});
after(() => everturn.stop());

const runOf = (chatId: string) => everturn.temporal.workflow.getHandle(chatWorkflowId(chatId));

test("X5 a run terminated in mid-answer: the reconciler gives the chat another, and the turn ends", async () => {
  const key = "terminated";
  const attempts = [{ hold_until: key, hold_after: 30 }, {}];
  const chat = await everturn.createChat(script({ parts: 60, rate: 300, attempts }, key));
  const reader = everturn.reader(chat.id);
  await reader.until("half the answer is shown", (_view, { writing }) => writing.includes("t30"));
  await runOf(chat.id).terminate("by hand");
  // The activity learns by its heartbeat that nobody waits for it, and lets go of the provider.
  await everturn.model.waitFor({ key, event: "client_closed", call: 1 });
  await reader.untilIdle();
  assert.equal(textOf(onlyAnswer(await assertSettled(everturn, chat.id, [reader]))).trim(), tokens(60));
  assert.equal(everturn.model.requests(key).length, 2);
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
});

test("I1 a run cancelled from Temporal's side is an interrupt: what was written is kept", async () => {
  const key = "cancelled";
  const chat = await everturn.createChat(script({ parts: 30, stall_after: 20 }, key));
  const reader = everturn.reader(chat.id);
  await reader.until("the answer is shown", (_view, { writing }) => writing.includes("t20"));
  await runOf(chat.id).cancel();
  await reader.untilIdle();
  const answer = onlyAnswer(await assertSettled(everturn, chat.id, [reader]));
  assert.equal(answer.interrupted, true);
  assert.equal(textOf(answer).trim(), tokens(20));
  assert.equal(everturn.model.requests(key)[0]?.status, "client_closed");
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
});

test("I1 X1 a run cancelled while it waits for a retry stops waiting", async () => {
  const key = "cancelled-wait";
  const wait = { http_error: { status: 429, retry_after: 200 } };
  const chat = await everturn.createChat(script({ text: "never", ...wait }, key));
  const reader = everturn.reader(chat.id);
  await reader.until("the retry is shown", ({ retry }) => retry !== null);
  await runOf(chat.id).cancel();
  await reader.untilIdle();
  assert.equal((await assertSettled(everturn, chat.id, [reader])).length, 1);
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
});

test("S I2 a chat deleted in mid-answer: the provider's socket is closed and the run ends", async () => {
  const key = "deleted";
  const chat = await everturn.createChat(script({ parts: 30, stall_after: 20 }, key));
  const reader = everturn.reader(chat.id);
  await reader.until("the answer is shown", (_view, { writing }) => writing.includes("t20"));
  await everturn.call("DELETE", `/v1/chats/${chat.id}`);
  await everturn.model.waitFor({ key, event: "client_closed" });
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
  assert.equal((await everturn.answer("GET", `/v1/chats/${chat.id}`)).status, 404);
  reader.close();
});

// One dead worker serves both.
const whileDead = new TestGroup();

whileDead.test(
  "I3 X5 a run terminated while an interrupt waits for its dead worker: the turn ends, the queue goes on",
  async (once) => {
    const key = "terminated-stop";
    const chat = await everturn.createChat(script({ parts: 30, stall_after: 20 }, key));
    const reader = everturn.reader(chat.id);
    await reader.until("the answer is shown", (_view, { writing }) => writing.includes("t20"));
    await once(() => killWorkers(everturn));
    const body = { content: script({ text: "next" }), busy_behavior: "interrupt" };
    await everturn.call("POST", `/v1/chats/${chat.id}/messages`, body);
    await runOf(chat.id).terminate("by hand");
    await once(() => everturn.startWorker());
    await reader.until("the next is answered", ({ messages, status }) => {
      return status === "waiting" && messages.filter(({ role }) => role === "user").length === 2;
    });
    const stored = await assertSettled(everturn, chat.id, [reader]);
    const last = stored.at(-1);
    assert.equal(last && textOf(last), "next");
    assert.equal(everturn.model.requests(key).length, 1);
  },
);

whileDead.test(
  "S a chat deleted while its worker is dead: the run ends and nobody is asked",
  async (once) => {
    const key = "deleted-dead";
    const chat = await everturn.createChat(script({ parts: 30, stall_after: 20 }, key));
    await everturn.model.waitFor({ key, event: "chunks", count: 20 });
    await once(() => killWorkers(everturn));
    await everturn.call("DELETE", `/v1/chats/${chat.id}`);
    await once(() => everturn.startWorker());
    assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
    assert.equal(everturn.model.requests(key).length, 1);
  },
);
