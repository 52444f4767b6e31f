// Tests: tasks that a frozen worker had taken begin when it wakes, in whatever order; only the latest may begin an attempt.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { OutcomeKey } from "../../core/chat/step-outcome.ts";
import { beginAttempt } from "../../store/turn/begin-attempt.ts";
import { inUnit } from "../../store/unit.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aChat, openStore, type TestStore } from "../support/turn/chats.ts";

let database: TestDatabase;
let store: TestStore;
before(async () => {
  database = await createTestDatabase();
  store = await openStore(database.url);
});
after(async () => {
  await store.pool.end();
  await database.drop();
});

/** Begins the same activity's attempt that Temporal scheduled at this time. */
async function beginScheduledAt(key: OutcomeKey, ms: number) {
  const { result } = await inUnit(store, (unit) => beginAttempt(unit, key, ms));
  return result.type;
}

test("E3 X1 an attempt scheduled before the one that runs does not push it out, and does not count as lost", async () => {
  const chat = await aChat(store);
  const key = await chat.key();
  assert.equal(await beginScheduledAt(key, 2_000), "attempt");
  for (const ms of [500, 1_000, 1_999]) assert.equal(await beginScheduledAt(key, ms), "stale");
  const { generation_attempt, lost_attempts } = await chat.row();
  assert.deepEqual([generation_attempt, lost_attempts], [1, 0]);
  assert.equal(await beginScheduledAt(key, 3_000), "attempt");
});

test("I5 an attempt scheduled before the one that runs does not commit an interruption for it", async () => {
  const chat = await aChat(store);
  const key = await chat.key();
  assert.equal(await beginScheduledAt(key, 2_000), "attempt");
  await chat.interrupt();
  assert.equal(await beginScheduledAt(key, 1_000), "stale");
  assert.equal(await beginScheduledAt(key, 3_000), "interrupted");
});

test("E3 the next turn knows nothing of the times of the one before", async () => {
  const chat = await aChat(store);
  assert.equal(await beginScheduledAt(await chat.key(), 2_000), "attempt");
  const [question] = await chat.history();
  await chat.edit(question?.id ?? 0, "edited");
  assert.equal(await beginScheduledAt(await chat.key(), 1_000), "attempt");
});
