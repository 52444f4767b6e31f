// Tests: how recorded model calls are written (SPEC B4, E5): whatever comes late, twice or in another order.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { debugKeptDays } from "../../core/chat/limits.ts";
import type { DebugStatus } from "../../core/debug-run.ts";
import { withTransaction } from "../../store/database.ts";
import {
  dropDebugRunsFrom,
  listDebugRuns,
  purgeDebugRuns,
  readDebugRun,
} from "../../store/debug/debug-runs.ts";
import { type DebugCallRecord, debugRunKey, writeDebugCalls } from "../../store/debug/write-debug-calls.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aChat, openStore, type TestChat, type TestStore } from "../support/turn/chats.ts";

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

interface Recorded extends Partial<DebugCallRecord> {
  /** Of the attempt; absent: the step's. */
  readonly attempt?: DebugStatus;
}

async function aRecord(chat: TestChat, { attempt, ...more }: Recorded = {}): Promise<DebugCallRecord> {
  const { reset_version, current_turn_id } = await chat.row();
  const status = more.status ?? "in_progress";
  const at = "2026-01-01T00:00:00.000Z";
  const asked = { method: "POST", url: "https://models.example/", request_headers: "{}", request_body: "{}" };
  const answered = { response_status: 200, response_headers: "{}", response_body: "words", error: null };
  return {
    chat_id: chat.id,
    reset_version,
    kind: "chat_turn",
    name: String(current_turn_id),
    run_status: "in_progress",
    run_finished_at: null,
    trigger_message_id: current_turn_id,
    history_tip_message_id: current_turn_id,
    provider: "openai",
    model: "demo",
    number: 1,
    operation: "stream",
    status,
    request: "{}",
    response: null,
    usage: null,
    error: null,
    metadata: null,
    started_at: at,
    finished_at: status === "in_progress" ? null : at,
    attempts: [
      {
        ...asked,
        ...answered,
        call: "1.1",
        seq: 1,
        status: attempt ?? status,
        started_at: at,
        finished_at: at,
      },
    ],
    ...more,
  };
}

async function write(chat: TestChat, more: Recorded = {}): Promise<void> {
  assert.equal((await writeDebugCalls(store.pool, [await aRecord(chat, more)])).size, 0);
}

async function onlyRun(chat: TestChat) {
  const [run] = await listDebugRuns(store.pool, chat.id);
  assert.ok(run);
  const whole = await readDebugRun(store.pool, chat.id, run.id);
  assert.ok(whole);
  return { run: whole, step: whole.steps[0] };
}

const error = JSON.stringify({ kind: "overloaded", message: "busy" });

test("B4 a weaker status never overwrites a stronger one, of run, step or what they say", async () => {
  const chat = await aChat(store);
  const response = JSON.stringify({ content: [], finish_reason: "stop" });
  await write(chat, {
    status: "completed",
    run_status: "completed",
    response,
    run_finished_at: "2026-01-01T00:00:09Z",
  });
  for (const status of ["in_progress", "interrupted", "error"] as const) {
    await write(chat, { status, run_status: status, error, response: "{}", run_finished_at: null });
    const { run, step } = await onlyRun(chat);
    assert.deepEqual([run.status, step?.status, step?.error], ["completed", "completed", null]);
    assert.equal(step?.response?.["finish_reason"], "stop");
    assert.equal(run.finished_at, "2026-01-01T00:00:09.000Z");
  }
});

test("B4 a later success clears an error; a later failure without words keeps the words there are", async () => {
  const chat = await aChat(store);
  await write(chat, { status: "error", error });
  assert.equal((await onlyRun(chat)).run.summary.error, "busy");
  await write(chat, { status: "error" });
  assert.equal((await onlyRun(chat)).step?.error?.["message"], "busy");
  await write(chat, { status: "completed" });
  const { run, step } = await onlyRun(chat);
  assert.deepEqual([step?.status, step?.error, run.summary.error], ["completed", null, null]);
});

test("B4 written twice it is there once, and an attempt is what was said of it last", async () => {
  const chat = await aChat(store);
  await write(chat);
  await write(chat);
  await write(chat, { status: "interrupted" });
  const { run, step } = await onlyRun(chat);
  assert.deepEqual([run.summary.steps, run.summary.attempts], [1, 1]);
  assert.deepEqual(
    step?.attempts.map(({ number, status }) => [number, status]),
    [[1, "interrupted"]],
  );
});

test("B4 a chat that is being changed is not waited for: its new run is written later, the others now", async () => {
  const [locked, free] = [await aChat(store), await aChat(store)];
  const records = [await aRecord(locked), await aRecord(free)];
  const again = await withTransaction(store.pool, async (tx) => {
    await tx.query("select 1 from chats where id = $1 for update", [locked.id]);
    return writeDebugCalls(store.pool, records);
  });
  assert.deepEqual([...again], [debugRunKey(records[0] as DebugCallRecord)]);
  assert.equal((await listDebugRuns(store.pool, free.id)).length, 1);
  assert.equal((await writeDebugCalls(store.pool, records)).size, 0);
  assert.equal((await listDebugRuns(store.pool, locked.id)).length, 1);
});

test("B4 a run that is there is written on while its chat is locked", async () => {
  const chat = await aChat(store);
  await write(chat);
  const record = await aRecord(chat, { status: "completed", run_status: "completed" });
  await withTransaction(store.pool, async (tx) => {
    await tx.query("select 1 from chats where id = $1 for update", [chat.id]);
    assert.equal((await writeDebugCalls(store.pool, [record])).size, 0);
  });
  assert.equal((await onlyRun(chat)).run.status, "completed");
});

test("E5 what comes after the edit that cut its branch, or after the chat is gone, is dropped", async () => {
  const chat = await aChat(store);
  const first = (await chat.row()).current_turn_id as number;
  const begun = await aRecord(chat);
  const ended = await aRecord(chat, { status: "completed", run_status: "completed" });
  await writeDebugCalls(store.pool, [begun]);
  await chat.edit(first, "another beginning");
  for (const late of [begun, ended]) {
    assert.equal((await writeDebugCalls(store.pool, [late])).size, 0);
    assert.deepEqual(await listDebugRuns(store.pool, chat.id), []);
  }
  const gone = { ...begun, chat_id: randomUUID() };
  assert.equal((await writeDebugCalls(store.pool, [gone])).size, 0);
});

test("E5 runs of messages before the cut stay", async () => {
  const chat = await aChat(store);
  await write(chat);
  const turn = (await chat.row()).current_turn_id as number;
  await write(chat, { name: "later", trigger_message_id: turn + 1 });
  await withTransaction(store.pool, (tx) => dropDebugRunsFrom(tx, chat.id, turn + 1));
  const runs = await listDebugRuns(store.pool, chat.id);
  assert.deepEqual(
    runs.map(({ trigger_message_id }) => trigger_message_id),
    [turn],
  );
});

test("B4 runs go when they are too old, with all they hold, and no sooner", async () => {
  const [old, young] = [await aChat(store), await aChat(store)];
  const day = 86_400_000;
  const daysAgo = (days: number) => new Date(Date.now() - days * day).toISOString();
  await write(old, { started_at: daysAgo(debugKeptDays + 1) });
  await write(young, { started_at: daysAgo(debugKeptDays - 1) });
  await purgeDebugRuns(store.pool);
  assert.deepEqual(await listDebugRuns(store.pool, old.id), []);
  assert.equal((await listDebugRuns(store.pool, young.id)).length, 1);
  const { rows } = await store.pool.query("select 1 from debug_attempts where chat_id = $1", [old.id]);
  assert.deepEqual(rows, []);
});
