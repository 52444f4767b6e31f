// Tests: what the store keeps, reads and sums stays bounded, however much there is.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Client } from "@temporalio/client";
import { pino } from "pino";
import { pageBytesMax } from "../../core/chat/limits.ts";
import { PURGES } from "../../store/chat/departure/purge.ts";
import { listMessages } from "../../store/row/list-messages.ts";
import { readChatSnapshot } from "../../store/stream/read-chat-snapshot.ts";
import { quietBusyChats } from "../../store/turn/reconcile.ts";
import { readLimitUsage } from "../../store/usage/usage-limits.ts";
import { recordUsage } from "../../store/usage/usage-records.ts";
import { startReconciler } from "../../worker/loops/repair-loops.ts";
import { chatWorkflowId } from "../../workflows/contract.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { anIdleChat, openStore, type TestStore } from "../support/turn/chats.ts";

const MIB = 1024 * 1024;

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

/** Appends messages of so many bytes. */
async function addMessages(chatId: string, count: number, bytes: number): Promise<void> {
  await store.pool.query(
    `insert into messages (chat_id, turn_id, role, content, version)
     select $1, 1, 'user', json_build_array(json_build_object('type', 'text', 'text', repeat('x', $3))), 1
     from generate_series(1, $2)`,
    [chatId, count, bytes],
  );
}

test("T1 snapshots and pages end at a number of bytes as well, say that there is more, and have one message in any case", async () => {
  const { id } = await anIdleChat(store);
  await addMessages(id, 12, MIB);
  const snapshot = await readChatSnapshot(store.pool, id, { since_version: 0, limit: 200 });
  assert.equal(snapshot?.messages.length, 8);
  assert.equal(snapshot.has_more, true);
  const page = await listMessages(store.pool, { chat_id: id, limit: 200 });
  assert.deepEqual(
    page.messages.map((message) => message.id),
    snapshot.messages.map(({ message }) => message.id).toReversed(),
  );
  assert.equal(page.has_more, true);
  const before_id = page.messages.at(-1)?.id;
  const rest = await listMessages(store.pool, { chat_id: id, limit: 200, before_id });
  assert.deepEqual([rest.messages.length, rest.has_more], [6, false]);
  const oldest = await listMessages(store.pool, { chat_id: id, limit: 200, after_id: 0 });
  assert.deepEqual([oldest.messages.length, oldest.has_more], [10, true]);
  await addMessages(id, 1, pageBytesMax + 1);
  const large = await readChatSnapshot(store.pool, id, { since_version: 0, limit: 200 });
  assert.deepEqual([large?.messages.length, large?.has_more], [1, true]);
});

test("O5 messages deleted long ago and logs of old builds go; what is newer, and the newest build's log, stays", async () => {
  const { id } = await anIdleChat(store);
  await addMessages(id, 3, 1);
  const { rows } = await store.pool.query<{ id: number }>(
    "select id from messages where chat_id = $1 order by id",
    [id],
  );
  const [first, second, ...others] = rows.map((row) => row.id);
  const remove =
    "update messages set deleted_at = now() - make_interval(days => $2) where chat_id = $1 and id = $3";
  await store.pool.query(remove, [id, 31, first]);
  await store.pool.query(remove, [id, 29, second]);
  const workspace = randomUUID();
  await store.pool.query(
    "insert into workspaces (id, owner_id, name, template, plan, driver, status, wish) values ($1, $2, 'w', 'blank', '{}', 'local', 'stopped', 'stopped')",
    [workspace, store.userId],
  );
  const builds = [90, 60, 50].map((days) => ({ id: randomUUID(), days }));
  for (const build of builds) {
    await store.pool.query(
      `insert into workspace_builds (id, workspace_id, kind, status, created_at, finished_at)
       values ($1, $2, 'start', 'succeeded', now() - make_interval(days => $3), now() - make_interval(days => $3))`,
      [build.id, workspace, build.days],
    );
    await store.pool.query("insert into build_logs (build_id, seq, text) values ($1, 1, 'made')", [build.id]);
  }
  for (const purge of Object.values(PURGES)) await purge(store.pool);
  const left = await store.pool.query<{ id: number }>(
    "select id from messages where chat_id = $1 order by id",
    [id],
  );
  assert.deepEqual(
    left.rows.map((row) => row.id),
    [second, ...others],
  );
  const logs = await store.pool.query("select build_id from build_logs");
  assert.deepEqual(logs.rows, [{ build_id: builds[2]?.id }]);
});

test("B3 what was spent in a period is read from a sum per chat and day, which counts each call once", async () => {
  const { id } = await anIdleChat(store);
  const record = {
    chat_id: id,
    root_chat_id: id,
    kind: "title" as const,
    user_id: randomUUID(),
    model_config_id: null,
    provider: "openai",
    model: "demo",
    usage: null,
  };
  for (const call of ["1", "2", "2"]) await recordUsage(store.pool, { ...record, call, cost_micros: 70 });
  await recordUsage(store.pool, { ...record, call: "unpriced", cost_micros: null });
  await store.pool.query(
    `insert into usage_records (chat_id, kind, call, user_id, root_chat_id, provider, model, cost_micros, at)
     values ($1, 'title', 'old', $2, $1, 'openai', 'demo', 1000, now() - interval '40 days')`,
    [id, record.user_id],
  );
  for (const period of ["day", "week", "month"] as const) {
    const limit = { limit_micros: 1, period };
    const { spent_micros } = await readLimitUsage(store.pool, record.user_id, { limit, now_ms: Date.now() });
    assert.equal(spent_micros, 140, period);
  }
  const { rows } = await store.pool.query("select count(*)::int as days from usage_days where user_id = $1", [
    record.user_id,
  ]);
  assert.deepEqual(rows, [{ days: 2 }]);
});

/** So many busy chats that have not changed for an hour, oldest first. */
async function quietChats(count: number): Promise<string[]> {
  const { rows } = await store.pool.query<{ id: string }>(
    `insert into chats (id, owner_id, root_chat_id, title, model_config_id, status, current_turn_id, updated_at)
     select c.id, $1, c.id, 'quiet', $2, 'running', 1, now() - interval '1 hour' + c.n * interval '1 microsecond'
     from (select gen_random_uuid() as id, n from generate_series(1, $3) n) c returning id`,
    [store.userId, store.modelId, count],
  );
  return rows.map((row) => row.id);
}

test("X5 every quiet chat is looked at, also when there are more than a page of them, and one that cannot be keeps no other from it", async () => {
  const ids = await quietChats(1_100);
  const seen: string[] = [];
  for await (const page of quietBusyChats(store.pool, 1_000)) seen.push(...page.map((chat) => chat.id));
  assert.deepEqual(new Set(seen), new Set(ids));
  assert.equal(seen.length, ids.length);
  const [faulty = "", lost = "", ...open] = ids;
  const described: string[] = [];
  const temporal = {
    workflow: {
      async *list({ query }: { query: string }) {
        for (const id of open)
          if (query.includes(chatWorkflowId(id))) yield { workflowId: chatWorkflowId(id) };
      },
      getHandle: (workflowId: string) => ({
        async describe() {
          described.push(workflowId);
          if (workflowId === chatWorkflowId(faulty)) throw new Error("not now");
          const status = { name: workflowId === chatWorkflowId(lost) ? "TERMINATED" : "RUNNING" };
          return { status, runId: "1", raw: {} };
        },
      }),
    },
  } as unknown as Client;
  const promised: string[] = [];
  let told: () => void = () => undefined;
  const isTold = new Promise<void>((resolve) => (told = resolve));
  const deliverer = {
    async deliver(rows: readonly { chat_id: string }[]) {
      promised.push(...rows.map((row) => row.chat_id));
      told();
    },
    async deliverLate() {},
  };
  const loop = startReconciler({
    store,
    temporal,
    deliverer,
    reconcileAfterMs: 3_600_000 - 60_000,
    taskQueue: "none",
    counts: { wedged_runs: 0 },
    logger: pino({ level: "silent" }),
  });
  await isTold;
  await loop.stop();
  assert.deepEqual(promised, [lost]);
  assert.equal(new Set(described).size, ids.length, "a chat that is new to the reconciler is described once");
});

type Listed = () => readonly string[];

/** A Temporal whose lists say that these chats have open runs, and whose runs are all open. `described` hears of each look. */
function temporalWith(listed: Listed, described: (workflowId: string) => void): Client {
  return {
    workflow: {
      async *list({ query }: { query: string }) {
        if (query.includes(chatWorkflowId("")))
          for (const id of listed()) yield { workflowId: chatWorkflowId(id) };
      },
      getHandle: (workflowId: string) => ({
        async describe() {
          described(workflowId);
          return { status: { name: "RUNNING" }, runId: "1", raw: {} };
        },
      }),
    },
  } as unknown as Client;
}

/** A reconciler that begins a round every few milliseconds. */
function reconcileOften(temporal: Client) {
  const deliverer = { deliver: async () => undefined, deliverLate: async () => undefined };
  const counts = { wedged_runs: 0 };
  const logger = pino({ level: "silent" });
  return startReconciler({
    store,
    temporal,
    deliverer,
    reconcileAfterMs: 30,
    taskQueue: "none",
    counts,
    logger,
  });
}

test("X5 a chat that has changed and is quiet again is looked at anew, whatever was learnt of it before", async () => {
  await store.pool.query("delete from chats where title = 'quiet'");
  const [id = ""] = await quietChats(1);
  const looks = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  let looked = 0;
  const temporal = temporalWith(
    () => [id],
    () => looks[looked++]?.resolve(),
  );
  const loop = reconcileOften(temporal);
  await looks[0].promise;
  await store.pool.query("update chats set updated_at = now() - interval '50 minutes' where id = $1", [id]);
  await looks[1].promise;
  await loop.stop();
});

test("X8 a Temporal that cannot be reached ends the reconciler's round; one that refuses the list has each run described", async () => {
  await store.pool.query("delete from chats where title = 'quiet'");
  const [id = ""] = await quietChats(1);
  const grpc = (code: number) => Object.assign(new Error("refused"), { code, details: "", metadata: {} });
  const unavailable = 14;
  const invalid = 3;
  const events: string[] = [];
  const isDescribed = Promise.withResolvers<void>();
  const listed = () => {
    events.push("listed");
    throw grpc(events.length === 1 ? unavailable : invalid);
  };
  const temporal = temporalWith(listed, (workflowId) => {
    events.push(workflowId);
    isDescribed.resolve();
  });
  const loop = reconcileOften(temporal);
  await isDescribed.promise;
  await loop.stop();
  assert.deepEqual(events.slice(0, 3), ["listed", "listed", chatWorkflowId(id)]);
});
