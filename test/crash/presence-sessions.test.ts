// Tests: sessions and locks of workers, without any worker: who is told of a session that has ended, and how often (SPEC O10).
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import pg from "pg";
import { createLogger } from "../../platform/logger.ts";
import { createPool, findSchema, type Pool } from "../../store/database.ts";
import { holdPresence, type Presence } from "../../store/presence/hold-presence.ts";
import {
  awaitLock,
  listOthers,
  markGone,
  markPresent,
  newWorker,
  purgeGoneWorkers,
  tryLock,
  type WorkerRow,
} from "../../store/presence/worker-rows.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { soon } from "../support/soon.ts";

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
async function aLivingWorker(onLost: () => Promise<void> = async () => undefined) {
  const worker = newWorker();
  const told: string[] = [];
  const signals: AbortSignal[] = [];
  let times = 0;
  const presence = holdPresence({
    databaseUrl: database.url,
    worker,
    logger: createLogger({ level: "silent", role: "worker" }),
    async onLost(lost, signal) {
      told.push(...lost.map(({ id }) => id));
      signals.push(signal);
      times += 1;
      await onLost();
    },
  });
  held.push(presence);
  await presence.held;
  return { worker, told, signals, presence, times: () => times };
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

async function hasLock({ id }: WorkerRow, expected: boolean): Promise<boolean> {
  const others = await listOthers(pool, newWorker().id);
  return others.find((other) => other.id === id)?.is_free === !expected;
}

async function cutSession({ id }: WorkerRow): Promise<void> {
  const cut = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1";
  assert.equal((await pool.query(cut, [`everturn presence ${id}`])).rowCount, 1);
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

test("O10 of several workers that died one is told at once, so that it looks at each run once", async () => {
  const dead = await Promise.all([aBareWorker(), aBareWorker(), aBareWorker()]);
  await Promise.all(dead.map(({ session }) => session.end()));
  // Else the first look could come before the server has freed all locks.
  for (const { worker } of dead) {
    await soon("the lock is free", () => hasLock(worker, false));
  }
  const living = await aLivingWorker();
  await Promise.all(dead.map(({ worker }) => untilGone(worker)));
  assert.deepEqual(living.told.toSorted(), dead.map(({ worker }) => worker.id).toSorted());
  assert.equal(living.times(), 1);
});

test("O10 a worker whose session ends while it hands on is told to stop, because another one may do it now", async () => {
  const { promise: untilTold, resolve: told } = Promise.withResolvers<void>();
  const { promise: untilEnded, resolve: end } = Promise.withResolvers<void>();
  let calls = 0;
  const living = await aLivingWorker(async () => {
    told();
    calls += 1;
    if (calls === 1) await untilEnded;
  });
  const { worker, session } = await aBareWorker();
  await session.end();
  await untilTold;
  assert.equal(living.signals[0]?.aborted, false);
  await cutSession(living.worker);
  await soon("it is told to stop", async () => Promise.resolve(living.signals[0]?.aborted === true));
  end();
  await soon("it has its lock again", () => hasLock(living.worker, true));
  const other = await aLivingWorker();
  await untilGone(worker);
  assert.deepEqual(other.told, [worker.id]);
});

test("O10 a worker whose session is opened again waits for its lock while others look at it", async () => {
  const { worker, session } = await aBareWorker();
  const looking = new pg.Client({ connectionString: database.url });
  await looking.connect();
  await looking.query("begin");
  await session.query("select pg_advisory_unlock($1)", [worker.lock_key]);
  await looking.query("select pg_try_advisory_xact_lock_shared($1)", [worker.lock_key]);
  const taken = awaitLock(session, worker);
  await soon("it waits in the queue", async () => {
    const { rowCount } = await pool.query(
      `select from pg_locks where locktype = 'advisory' and not granted
       and database = (select oid from pg_database where datname = current_database())`,
    );
    return rowCount === 1;
  });
  await looking.query("commit");
  await taken;
  await looking.end();
  await markGone(session, worker);
  await session.end();
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
  const others = await listOthers(pool, living.worker.id);
  assert.deepEqual(
    others.filter(({ is_free }) => is_free),
    [],
  );
  await noticer.session.end();
  await Promise.all([untilGone(lost), untilGone(noticer.worker)]);
  assert.deepEqual(living.told.toSorted(), [lost.id, noticer.worker.id].toSorted());
});

test("O10 a session that was cut is opened again, with its lock, also when the worker was marked gone meanwhile", async () => {
  const { worker } = await aLivingWorker();
  await markGone(pool, worker);
  await cutSession(worker);
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
