// Tests: a worker dies at a fail point, such as between a commit and its report to Temporal; the next worker does nothing twice and
// leaves nothing undone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chatWorkflowId } from "../../workflows/contract.ts";
import {
  doomedWorker,
  onlyAnswer,
  tokens,
  untilCheckpointed,
  untilDead,
  untilNoRun,
} from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

// Longer than a test waits, and within what a turn waits for its provider.
const LONG_S = 200;

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn({ workers: 0 });
});
after(() => everturn.stop());

const send = (chatId: string, content: string) =>
  everturn.call("POST", `/v1/chats/${chatId}/messages`, { content });
const calls = (key: string) => everturn.model.requests(key).length;

async function spilledRows(): Promise<number> {
  const { rows } = await everturn.pool.query<{ count: number }>("select count(*) from inflight_parts");
  return rows[0]?.count ?? 0;
}

/** Two turns, the second from the queue: each message answered once, in order. */
async function assertBothAnswered(chatId: string, reader: ReturnType<Everturn["reader"]>): Promise<void> {
  await reader.until(
    "both are answered",
    ({ messages, status }) => messages.length === 4 && status === "waiting",
  );
  const stored = await assertSettled(everturn, chatId, [reader]);
  assert.deepEqual(
    stored.map(({ role }) => role),
    ["user", "assistant", "user", "assistant"],
  );
  assert.equal(await untilNoRun(everturn, chatId), "COMPLETED");
}

test("X5 Q6 killed after a commit that promoted a queued message, it is promoted once and the model is not asked again", async () => {
  const worker = await doomedWorker(everturn, "callModel:committed");
  const chat = await everturn.createChat(script({ text: "one", hold_until: "promoted" }, "promoted"));
  const reader = everturn.reader(chat.id);
  await everturn.model.waitFor({ key: "promoted", event: "held" });
  await send(chat.id, script({ text: "two" }, "promoted-2"));
  everturn.model.release("promoted");
  await untilDead(worker);
  await everturn.startWorker();
  await assertBothAnswered(chat.id, reader);
  assert.deepEqual([calls("promoted"), calls("promoted-2")], [1, 1]);
});

test("X1 killed after a retry was recorded, the failure counts once and its wait is kept", async () => {
  const worker = await doomedWorker(everturn, "callModel:committed");
  const attempts = [{ http_error: { status: 429, retry_after: LONG_S } }, {}];
  const chat = await everturn.createChat(script({ text: "too soon", attempts }, "retried"));
  const reader = everturn.reader(chat.id);
  await untilDead(worker);
  await everturn.startWorker();
  const run = everturn.temporal.workflow.getHandle(chatWorkflowId(chat.id));
  await soon("the workflow waits", async () => {
    const { events } = await run.fetchHistory();
    return (events ?? []).some(({ timerStartedEventAttributes }) => timerStartedEventAttributes != null);
  });
  const { rows } = await everturn.pool.query("select provider_failures from chats where id = $1", [chat.id]);
  assert.deepEqual(rows, [{ provider_failures: 1 }]);
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  await reader.untilIdle();
  assert.equal((await assertSettled(everturn, chat.id, [reader])).length, 1);
  assert.equal(calls("retried"), 1);
});

test("T4 killed between a spill and its heartbeat, the long answer is whole and shown once", async () => {
  const worker = await doomedWorker(everturn, "spill:written");
  const attempts = [{ hold_until: "spilled-go", hold_after: 10, stall_after: 890 }, {}];
  const chat = await everturn.createChat(script({ parts: 900, part_chars: 100, attempts }, "spilled"));
  const reader = everturn.reader(chat.id);
  await untilCheckpointed(everturn, chat.id, 10);
  everturn.model.release("spilled-go");
  await untilDead(worker);
  assert.notEqual(await spilledRows(), 0);
  await everturn.startWorker();
  await reader.untilIdle();
  const answer = onlyAnswer(await assertSettled(everturn, chat.id, [reader]));
  assert.equal(textOf(answer).split(" ").length, 900);
  assert.equal(calls("spilled"), 2);
  assert.equal(await spilledRows(), 0);
});

test("I5 killed between a spill and its heartbeat and interrupted, the heartbeat's parts are kept once", async () => {
  const worker = await doomedWorker(everturn, "spill:written");
  const chat = await everturn.createChat(
    script(
      { parts: 900, part_chars: 100, hold_until: "spilled-stop-go", hold_after: 10, stall_after: 890 },
      "spilled-stop",
    ),
  );
  const reader = everturn.reader(chat.id);
  await untilCheckpointed(everturn, chat.id, 10);
  everturn.model.release("spilled-stop-go");
  await untilDead(worker);
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  await everturn.startWorker();
  await reader.untilIdle();
  const answer = onlyAnswer(await assertSettled(everturn, chat.id, [reader]));
  const words = textOf(answer).trim().split(/\.* /);
  assert.equal(answer.interrupted, true);
  assert.deepEqual(words.slice(0, 9), tokens(9).split(" "));
  assert.equal(new Set(words).size, words.length);
  assert.equal(calls("spilled-stop"), 1);
});

test("I5 killed between hearing an interrupt and closing the provider, what was written is kept", async () => {
  const worker = await doomedWorker(everturn, "interrupt:heard");
  const chat = await everturn.createChat(script({ parts: 30, stall_after: 20 }, "heard"));
  const reader = everturn.reader(chat.id);
  await untilCheckpointed(everturn, chat.id, 20);
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  await untilDead(worker);
  await everturn.startWorker();
  await reader.untilIdle();
  const answer = onlyAnswer(await assertSettled(everturn, chat.id, [reader]));
  assert.equal(textOf(answer).trim(), tokens(20));
  assert.equal(answer.interrupted, true);
  assert.equal(calls("heard"), 1);
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
});

test("I3 Q6 killed after an interruption between calls was committed, the queue is promoted once", async () => {
  const worker = await doomedWorker(everturn, "interruption:committed");
  const wait = { http_error: { status: 429, retry_after: LONG_S } };
  const chat = await everturn.createChat(script({ text: "never", ...wait }, "waiting"));
  const reader = everturn.reader(chat.id);
  await reader.until("the retry is shown", ({ retry }) => retry !== null);
  await send(chat.id, script({ text: "next" }, "waiting-2"));
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  await untilDead(worker);
  await everturn.startWorker();
  await reader.until(
    "the next is answered",
    ({ messages, status }) => messages.length === 3 && status === "waiting",
  );
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.deepEqual(
    stored.map(({ role }) => role),
    ["user", "user", "assistant"],
  );
  assert.deepEqual([calls("waiting"), calls("waiting-2")], [1, 1]);
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
});

test("Q6 killed while the run continues as new, the promoted message is answered once", async () => {
  const worker = await doomedWorker(everturn, "turn:moved");
  const chat = await everturn.createChat(script({ text: "one", hold_until: "moved" }, "moved"));
  const reader = everturn.reader(chat.id);
  await everturn.model.waitFor({ key: "moved", event: "held" });
  await send(chat.id, script({ text: "two" }, "moved-2"));
  everturn.model.release("moved");
  await untilDead(worker);
  await everturn.startWorker();
  await assertBothAnswered(chat.id, reader);
  assert.deepEqual([calls("moved"), calls("moved-2")], [1, 1]);
});
