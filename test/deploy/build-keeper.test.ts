// Tests: what a worker does about the runs of other builds than the current one.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import pino from "pino";
import { createTransitions } from "../../activities/transitions.ts";
import type { OutboxRow } from "../../store/outbox/outbox.ts";
import { beginRound, endRound } from "../../store/presence/build-rounds.ts";
import { rememberBuild } from "../../store/presence/worker-builds.ts";
import { beatWorker } from "../../store/presence/worker-processes.ts";
import { startBuildKeeper } from "../../worker/builds/build-keeper.ts";
import { chatWorkflowId } from "../../workflows/contract.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { ToldTemporal } from "../support/roles/told-temporal.ts";
import { soon } from "../support/soon.ts";
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

const logger = pino({ level: "silent" });

function processOf(task_queue: string, build_id: string) {
  return { id: randomUUID(), task_queue, build_id, host: "test", pid: 1 };
}

/** A deployment whose build `current` is current, seen by a worker of the build `own`. */
async function keeping(
  { current, own }: { readonly current: string; readonly own: string },
  buildLostMs = 600_000,
) {
  const taskQueue = `keeper-${randomUUID()}`;
  const temporal = new ToldTemporal(taskQueue);
  temporal.current = current;
  for (const build of new Set([own, current])) await rememberBuild(store.pool, taskQueue, build);
  const delivered: OutboxRow[] = [];
  const counts = { wedged_runs: 0, drained_runs: 0, abandoned_runs: 0 };
  const start = () =>
    startBuildKeeper({
      store,
      temporal: temporal.client,
      deliverer: {
        deliver: async (rows) => void delivered.push(...rows),
        deliverLate: async () => undefined,
      },
      taskQueue,
      worker: processOf(taskQueue, own),
      buildLostMs,
      counts,
      logger,
    });
  return { taskQueue, temporal, delivered, counts, start };
}

test("O4 runs of a build with workers are asked to hand over once, those of a build without are begun again; after an outage of its own a worker takes nobody for lost at once", async () => {
  const { taskQueue, temporal, delivered, counts, start } = await keeping({ current: "now", own: "now" });
  const chat = await aChat(store);
  for (const build of ["serving", "silent"]) {
    await rememberBuild(store.pool, taskQueue, build);
    await beatWorker(store.pool, processOf(taskQueue, build));
  }
  await store.pool.query(
    "update worker_processes set seen_at = now() - interval '1 hour' where task_queue = $1 and build_id = 'silent'",
    [taskQueue],
  );
  temporal.runs = [
    { workflowId: chatWorkflowId(randomUUID()), runId: "of-serving", build: "serving" },
    { workflowId: chatWorkflowId(randomUUID()), runId: "of-silent", build: "silent" },
    { workflowId: chatWorkflowId(chat.id), runId: "of-gone", build: "gone" },
  ];
  const keeper = start();
  await soon("the third round", () => temporal.looks >= 3);
  await keeper.stop();
  const other = start();
  await soon("a round of another worker", () => temporal.looks >= 4);
  await other.stop();
  assert.deepEqual(temporal.signalled, ["of-serving"]);
  // Its list goes on showing the run, as Temporal's may for a second.
  assert.deepEqual(new Set(temporal.terminated), new Set(["of-gone"]));
  assert.deepEqual([counts.drained_runs, counts.abandoned_runs > 0], [1, true]);
  const [row] = delivered;
  const { current_turn_id } = await chat.row();
  assert.deepEqual([row?.chat_id, row?.kind, row?.payload.turn_id], [chat.id, "start", current_turn_id]);
});

test("O4 however many workers look, one round begins a second, and fewer when all is quiet", async () => {
  const queue = randomUUID();
  const begin = (chosen: string) => beginRound(store.pool, queue, chosen);
  const age = (secs: number) =>
    store.pool.query(
      "update build_rounds set begun_at = begun_at - make_interval(secs => $2) where task_queue = $1",
      [queue, secs],
    );
  await begin("a");
  await age(-60);
  assert.equal(await begin("a"), null);
  await age(62);
  await endRound(store.pool, queue, { asked: ["r"], isQuiet: false });
  const both = await Promise.all([begin("a"), begin("a")]);
  assert.deepEqual(new Set(both), new Set([["r"], null]));
  await store.pool.query("update build_rounds set quiet_rounds = 60 where task_queue = $1", [queue]);
  await age(5);
  assert.equal(await begin("a"), null);
  assert.deepEqual(await begin("b"), ["r"]);
});

test("O4 while the current build has no worker, runs of others stay where they are", async () => {
  const { temporal, start } = await keeping({ current: "missing", own: "old" });
  temporal.runs = [{ workflowId: chatWorkflowId(randomUUID()), runId: "of-old", build: "old" }];
  const keeper = start();
  await soon("the second round", () => temporal.looks >= 2);
  await keeper.stop();
  assert.deepEqual([temporal.signalled, temporal.terminated], [[], []]);
});

test("O4 a deployment with one build asks Temporal nothing", async () => {
  const { taskQueue, temporal, start } = await keeping({ current: "", own: "" }, 3_000);
  const keeper = start();
  const beaten = "select 1 from worker_processes where task_queue = $1 and seen_at > started_at";
  await soon("the second beat", async () => (await store.pool.query(beaten, [taskQueue])).rowCount === 1);
  await keeper.stop();
  assert.equal(temporal.looks, 0);
});

test("O4 a run that ends for another build asks for its successor, also if its chat has gone on to another turn", async () => {
  const chat = await aChat(store);
  const { current_turn_id: turn_id } = await chat.row();
  assert.ok(turn_id !== null);
  await store.pool.query("delete from outbox where chat_id = $1", [chat.id]);
  const transitions = createTransitions({ store, failpoint: () => undefined });
  await transitions.handOver({ chat_id: chat.id, turn_id: turn_id - 1 });
  const { rows } = await store.pool.query("select kind from outbox where chat_id = $1", [chat.id]);
  assert.deepEqual(rows, [{ kind: "start" }]);
});
