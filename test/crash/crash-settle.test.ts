// Tests: a step is settled once, by the attempt that still owns it, and no end of a turn drops text that was checkpointed.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Message } from "../../core/chat/message.ts";
import {
  doomedWorker,
  onlyAnswer,
  onlyWorker,
  tokens,
  untilCheckpointed,
  untilDead,
  untilNoRun,
} from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

const oneSlot = { EVERTURN_WORKER_SLOTS: "1", EVERTURN_TOOL_SLOTS: "1" };
const folder = mkdtempSync(join(tmpdir(), "everturn-crash-settle-"));
let everturn: Everturn;
before(async () => {
  writeFileSync(join(folder, "a.txt"), "what the file holds\n");
  everturn = await startEverturn({
    env: { EVERTURN_PROJECT_ROOTS: tmpdir() },
    // A frozen worker's open polls take tasks that nobody runs then, as many as it has slots left.
    workerEnv: oneSlot,
  });
});
after(async () => {
  await everturn.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function claimedCalls(chatId: string): Promise<number> {
  const { rows } = await everturn.pool.query<{ count: number }>(
    "select count(*)::int as count from tool_executions where chat_id = $1 and finished_at is null",
    [chatId],
  );
  return rows[0]?.count ?? 0;
}

function resultsOf(message: Message | undefined) {
  return (message?.content ?? []).filter((part) => part.type === "tool-result");
}

test("E3 L1 a worker that freezes in settleTools and wakes in the next step answers none of that step's calls", async () => {
  const key = "frozen-settle";
  const look = (text: string) => ({ text, tool_calls: [{ name: "view_file", args: { path: "a.txt" } }] });
  const zombie = await doomedWorker(everturn, "freeze:settle:begun");
  const chat = await everturn.createChat(script([look("One."), look("Two."), { text: "Seen." }], key), {
    project_path: folder,
  });
  const reader = everturn.reader(chat.id);
  await reader.until("the first step's call is known", ({ messages }) => messages.length === 2);
  await soon("the first call has its result", async () => (await claimedCalls(chat.id)) === 0);
  // It settles the first step in the place of the frozen one, and freezes while it runs the second step's call.
  const second = await everturn.startWorker({ ...oneSlot, EVERTURN_FAILPOINT: "freeze:runTool:begun" });
  await reader.until("the second step's call is known", ({ messages }) => messages.length === 4);
  await soon("the second call is claimed", async () => (await claimedCalls(chat.id)) === 1);
  process.kill(zombie.pid, "SIGCONT");
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.deepEqual(
    stored.map(({ role }) => role),
    ["user", "assistant", "tool", "assistant", "tool", "assistant"],
  );
  for (const message of [stored[2], stored[4]]) {
    const [result] = resultsOf(message);
    assert.equal(result?.is_error, false);
    assert.match(JSON.stringify(result?.result), /what the file holds/);
  }
  assert.equal(textOf(stored[5] as Message), "Seen.");
  await second.kill();
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
});

for (const point of ["runTool:finished", "settle:begun", "settle:committed"]) {
  test(`Q7 a worker killed at ${point} while a message waits to steer: it enters the turn exactly once`, async () => {
    const key = `steer-${point}`;
    const call = { name: "view_file", args: { path: "a.txt" } };
    const worker = await doomedWorker(everturn, point);
    const steps = [{ text: "Looking.", tool_calls: [call], hold_until: key }, { text: "not steered" }];
    const chat = await everturn.createChat(script(steps, key), { project_path: folder });
    const reader = everturn.reader(chat.id);
    await everturn.model.waitFor({ key, event: "held" });
    const content = script({ text: "Steered." }, `${key}-2`);
    await everturn.call("POST", `/v1/chats/${chat.id}/messages`, { content, busy_behavior: "steer" });
    everturn.model.release(key);
    await untilDead(worker);
    await everturn.startWorker(oneSlot);
    await reader.until(
      "the turn ends",
      ({ messages, status }) => messages.length === 5 && status === "waiting",
    );
    const stored = await assertSettled(everturn, chat.id, [reader]);
    assert.deepEqual(
      stored.map(({ role }) => role),
      ["user", "assistant", "tool", "user", "assistant"],
    );
    assert.equal(textOf(stored[4] as Message), "Steered.");
    assert.equal(new Set(stored.map(({ turn_id }) => turn_id)).size, 1);
    assert.equal(everturn.model.requests(`${key}-2`).length, 1);
    assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
  });
}

/** A worker dies with half an answer checkpointed, and what `meanwhile` does ends the turn when the next one begins. */
async function halfAnAnswer(key: string, meanwhile: (chatId: string) => Promise<unknown>): Promise<Message> {
  const worker = await onlyWorker(everturn);
  const chat = await everturn.createChat(script({ parts: 30, stall_after: 20 }, key));
  const reader = everturn.reader(chat.id);
  await untilCheckpointed(everturn, chat.id, 20);
  await worker.kill();
  await meanwhile(chat.id);
  await everturn.startWorker();
  await reader.until("the turn has ended", ({ status }) => status === "error");
  const answer = onlyAnswer(await assertSettled(everturn, chat.id, [reader]));
  assert.equal(await untilNoRun(everturn, chat.id), "FAILED");
  return answer;
}

function assertKept(answer: Message): void {
  assert.equal(textOf(answer).trim(), tokens(20));
  assert.equal(answer.interrupted, true);
  assert.equal(answer.finish_reason, "error");
}

test("X7 X1 after ten lost workers the turn ends in an error, and keeps the text of the last checkpoint", async () => {
  const answer = await halfAnAnswer("ten-lost", (id) =>
    everturn.pool.query("update chats set lost_attempts = 9 where id = $1", [id]),
  );
  assertKept(answer);
});

test("X7 B3 a usage limit that is met after a worker died ends the turn, and keeps the text of the last checkpoint", async () => {
  const answer = await halfAnAnswer("limit-met", () =>
    everturn.pool.query("update users set usage_limit_micros = 0, usage_limit_period = 'month'"),
  );
  await everturn.pool.query("update users set usage_limit_micros = null, usage_limit_period = null");
  assertKept(answer);
});
