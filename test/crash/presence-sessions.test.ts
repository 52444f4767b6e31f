// Tests: sessions and locks of workers, without any worker: who is told of a session that has ended, and how often (SPEC O10).
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import pg from "pg";
import { createLogger } from "../../platform/logger.ts";
import { createPool, findSchema, type Pool } from "../../store/database.ts";
import { holdPresence, type Presence } from "../../store/presence/hold-presence.ts";
import {
  findUnlocked,
  markGone,
  markPresent,
  newWorker,
  purgeGoneWorkers,
  tryLock,
  type WorkerRow,
} from "../../store/presence/worker-rows.ts";
import { soon } from "../support/crash.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let pool: Pool;
const held: Presence[] = [];
before(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, 4);
});
afterEach(async () => {
  await Promise.all(held.splice(0).map((presence) => presence.leave()));
});
after(async () => {
  await pool.end();
  await database.drop();
});

/** A worker that is there, and those that it was told of as lost. */
async function aLivingWorker(onLost: (lost: WorkerRow) => Promise<void> = async () => undefined) {
  const worker = newWorker();
  const told: string[] = [];
  const presence = holdPresence({
    databaseUrl: database.url,
    worker,
    logger: createLogger({ level: "silent", role: "worker" }),
    async onLost(lost) {
      told.push(lost.id);
      await onLost(lost);
    },
  });
  held.push(presence);
  await presence.held;
  return { worker, told, presence };
}

/** A worker that is nothing but its session; it dies when the session ends. */
async function aBareWorker() {
  const session = new pg.Client({ connectionString: database.url });
  await session.connect();
  await session.query(`set search_path = ${await findSchema(session)}`);
  const worker = newWorker();
  assert.equal(await tryLock(session, worker), true);
  await markPresent(session, worker);
  return { worker, session };
}

async function untilGone({ id }: WorkerRow): Promise<void> {
  await soon("the worker is marked gone", async () => {
    const { rowCount } = await pool.query("select from workers where id = $1 and gone_at is not null", [id]);
    return rowCount === 1;
  });
}

test("O10 of several workers one is told of a death, once", async () => {
  const living = await Promise.all([aLivingWorker(), aLivingWorker(), aLivingWorker()]);
  const { worker, session } = await aBareWorker();
  await session.end();
  await untilGone(worker);
  assert.deepEqual(
    living.flatMap(({ told }) => told),
    [worker.id],
  );
});

test("O10 a worker that has left is not taken for lost", async () => {
  const living = await aLivingWorker();
  const left = await aLivingWorker();
  await left.presence.leave();
  // Noticed after it, if it were noticed at all.
  const { worker, session } = await aBareWorker();
  await session.end();
  await untilGone(worker);
  assert.deepEqual(living.told, [worker.id]);
});

test("O10 what could not be handed on is tried again", async () => {
  let failures = 2;
  const living = await aLivingWorker(async () => {
    failures -= 1;
    if (failures >= 0) throw new Error("Temporal is away");
  });
  const { worker, session } = await aBareWorker();
  await session.end();
  await untilGone(worker);
  assert.deepEqual(living.told, [worker.id, worker.id, worker.id]);
});

test("O10 where the one that hands on dies, another does it", async () => {
  const { worker: lost, session: lostSession } = await aBareWorker();
  const noticer = await aBareWorker();
  await lostSession.end();
  await soon("the lock is free", () => tryLock(noticer.session, lost));
  const living = await aLivingWorker();
  // Whoever holds the lock cares for it.
  assert.deepEqual(await findUnlocked(pool, living.worker.id), []);
  await noticer.session.end();
  await Promise.all([untilGone(lost), untilGone(noticer.worker)]);
  assert.deepEqual(living.told.toSorted(), [lost.id, noticer.worker.id].toSorted());
});

test("O10 a session that was cut is opened again, with its lock, also when the worker was marked gone meanwhile", async () => {
  const { worker } = await aLivingWorker();
  const cut = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1`;
  const name = `everturn presence ${worker.id}`;
  await markGone(pool, worker);
  assert.equal((await pool.query(cut, [name])).rowCount, 1);
  await soon("it is present again", async () => {
    const { rowCount } = await pool.query("select from workers where id = $1 and gone_at is null", [
      worker.id,
    ]);
    return rowCount === 1;
  });
  assert.equal(await tryLock(pool, worker), false);
});

test("O10 rows of workers that are long gone are deleted", async () => {
  const [old, recent] = [newWorker(), newWorker()];
  for (const worker of [old, recent]) {
    await markPresent(pool, worker);
    await markGone(pool, worker);
  }
  await pool.query("update workers set gone_at = now() - interval '25 hours' where id = $1", [old.id]);
  assert.equal(await purgeGoneWorkers(pool), 1);
  const { rows } = await pool.query("select id from workers where id = any($1)", [[old.id, recent.id]]);
  assert.deepEqual(rows, [{ id: recent.id }]);
});
