// Tests: a worker that freezes is taken for dead and comes back: what it still writes changes nothing (SPEC E3, T3).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { onlyAnswer, onlyWorker, tokens, untilNoRun } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import type { RunningRole } from "../support/roles/running-role.ts";
import { assertSettled, script, storedMessages, textOf } from "../support/turn/settled.ts";

/** A frozen worker's open polls take tasks, which nobody runs until their heartbeat timeout: as many as it has slots left. */
const SWALLOWED_MS = 60_000;

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn({
    env: { EVERTURN_HEARTBEAT_TIMEOUT_MS: "2000" },
    // Two: when the worker wakes, it also begins the retry that its poll has taken, long after others have.
    workerEnv: { EVERTURN_WORKER_SLOTS: "2" },
  });
});
after(() => everturn.stop());

function freeze(worker: RunningRole): void {
  process.kill(worker.pid, "SIGSTOP");
}

function thaw(worker: RunningRole): void {
  process.kill(worker.pid, "SIGCONT");
}

test("E3 T3 a frozen worker that wakes beside its successor neither commits nor is heard", async () => {
  const key = "zombie-writes";
  const zombie = await onlyWorker(everturn);
  const attempts = [
    { hold_until: `${key}-1`, hold_after: 30 },
    { hold_until: `${key}-2`, hold_after: 20 },
  ];
  const chat = await everturn.createChat(script({ parts: 60, rate: 600, attempts }, key));
  const reader = everturn.reader(chat.id);
  await reader.until("half the answer is shown", (_view, { writing }) => writing.includes("t30"));
  freeze(zombie);
  const successor = await everturn.startWorker();
  await everturn.model.waitFor({ key, event: "held", call: 2, timeoutMs: SWALLOWED_MS });
  // The rest of the first answer waits in the frozen worker's socket: it wakes with a whole answer in its hands.
  everturn.model.release(`${key}-1`);
  await everturn.model.waitFor({ key, event: "finished", call: 1 });
  thaw(zombie);
  const other = await everturn.createChat(script({ text: "other" }));
  await everturn.reader(other.id).untilIdle();
  assert.equal((await storedMessages(everturn, chat.id)).length, 1);
  everturn.model.release(`${key}-2`);
  await reader.untilIdle();
  const answer = onlyAnswer(await assertSettled(everturn, chat.id, [reader]));
  assert.equal(textOf(answer).trim(), tokens(60));
  assert.equal(everturn.model.requests(key).length, 2);
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
  // The woken worker is a worker again.
  await successor.kill();
  const again = await everturn.createChat(script({ text: "again" }));
  const last = everturn.reader(again.id);
  await last.untilIdle();
  assert.equal(textOf(onlyAnswer(await assertSettled(everturn, again.id, [last]))), "again");
});

test("E3 E4 a worker that slept through an edit wakes with the old answer and writes none of it", async () => {
  const key = "zombie-edited";
  const zombie = await onlyWorker(everturn);
  const chat = await everturn.createChat(
    script({ parts: 60, rate: 600, hold_until: key, hold_after: 30 }, key),
  );
  const reader = everturn.reader(chat.id);
  await reader.until("half the answer is shown", (_view, { writing }) => writing.includes("t30"));
  freeze(zombie);
  const [question] = await storedMessages(everturn, chat.id);
  const path = `/v1/chats/${chat.id}/messages/${question?.id}`;
  await everturn.call("PATCH", path, { content: script({ text: "edited" }) });
  everturn.model.release(key);
  await everturn.model.waitFor({ key, event: "finished" });
  thaw(zombie);
  await reader.until(
    "the new answer",
    ({ messages, status }) => messages.length === 2 && status === "waiting",
  );
  assert.equal(textOf(onlyAnswer(await assertSettled(everturn, chat.id, [reader]))), "edited");
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
});

test("I2 E3 a frozen worker that wakes after the turn lets go of its provider", async () => {
  const key = "zombie-late";
  const zombie = await onlyWorker(everturn);
  const attempts = [{ hold_until: key, hold_after: 30 }, {}];
  const chat = await everturn.createChat(script({ parts: 60, rate: 600, attempts }, key));
  const reader = everturn.reader(chat.id);
  await reader.until("half the answer is shown", (_view, { writing }) => writing.includes("t30"));
  freeze(zombie);
  await everturn.startWorker();
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  thaw(zombie);
  await everturn.model.waitFor({ key, event: "client_closed", call: 1 });
  assert.deepEqual(await assertSettled(everturn, chat.id, [reader]), stored);
  assert.equal(textOf(onlyAnswer(stored)).trim(), tokens(60));
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
});
