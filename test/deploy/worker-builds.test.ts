// Tests: which build becomes current when workers start, and when a person promotes one.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import pino from "pino";
import { ConfigError, loadConfig } from "../../platform/config/config.ts";
import { PURGES } from "../../store/chat/departure/purge.ts";
import { newestBuild } from "../../store/presence/worker-builds.ts";
import { beatWorker, removeWorker } from "../../store/presence/worker-processes.ts";
import { buildIdOf, sourcesBuildId } from "../../worker/builds/build-id.ts";
import { openBuild } from "../../worker/builds/own-build.ts";
import { promoteBuild, type StartingBuild } from "../../worker/builds/promote-build.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { ToldTemporal } from "../support/roles/told-temporal.ts";
import { soon } from "../support/soon.ts";
import { openStore, type TestStore } from "../support/turn/chats.ts";

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

function environment(EVERTURN_BUILD_ID: string) {
  return {
    DATABASE_URL: "postgres://localhost/everturn",
    EVERTURN_SECRET_KEY: Buffer.alloc(32).toString("base64"),
    EVERTURN_BUILD_ID,
  };
}

function deployment() {
  const taskQueue = `builds-${randomUUID()}`;
  const temporal = new ToldTemporal(taskQueue);
  const deps = { pool: store.pool, temporal: temporal.client, taskQueue };
  const logger = pino({ level: "silent" });
  const open = (build_id: string, mode: StartingBuild["mode"]) => {
    const own = { EVERTURN_TASK_QUEUE: taskQueue, EVERTURN_BUILD_CURRENT: mode };
    const config = loadConfig({ ...environment(build_id), ...own });
    return openBuild(config, { ...deps, id: randomUUID(), logger });
  };
  return {
    taskQueue,
    temporal,
    open: () => open("a", "auto"),
    start: async (build_id: string, mode: StartingBuild["mode"] = "auto") => {
      const build = await open(build_id, mode);
      await build.promote();
      await build.leave();
    },
    promote: (build_id: string) => promoteBuild(deps, build_id),
  };
}

test("O4 a new build becomes current as its first worker starts; a build that was seen before takes nothing back", async () => {
  const { temporal, start } = deployment();
  for (const build of ["a", "a", "b", "a", "b"]) await start(build);
  assert.deepEqual(temporal.promoted, ["a", "b"]);
});

test("O4 a build that a person promotes is the newest choice from then on, until a new one comes", async () => {
  const { temporal, start, promote } = deployment();
  for (const build of ["a", "b"]) await start(build);
  await promote("a");
  for (const build of ["b", "a", "c"]) await start(build);
  assert.deepEqual(temporal.promoted, ["a", "b", "a", "c"]);
});

test("O4 a worker that is told to leave it to people changes nothing, and one that always promotes its build does", async () => {
  const { temporal, start } = deployment();
  await start("a");
  await start("b", "manual");
  assert.equal(temporal.current, "a");
  await start("c");
  await start("a", "always");
  assert.equal(temporal.current, "a");
  await start("c");
  assert.equal(temporal.current, "a", "a deliberate start is a choice");
});

test("O4 workers without a build tell Temporal nothing, unless a build is current and they are the newer choice", async () => {
  const { temporal, start, promote } = deployment();
  await start("");
  assert.deepEqual(temporal.promoted, []);
  await start("a");
  await start("");
  assert.deepEqual(temporal.promoted, ["a"]);
  await promote("");
  await start("a");
  assert.deepEqual(temporal.promoted, ["a", ""]);
});

test("O4 two workers of different builds that start at once leave the newest choice current", async () => {
  const { temporal, start } = deployment();
  await Promise.all(["a", "b", "c"].map((build) => start(build)));
  const { rows } = await store.pool.query<{ build_id: string }>(
    "select build_id from worker_builds where build_id in ('a', 'b', 'c') and task_queue = (select task_queue from worker_builds order by chosen_at desc limit 1) order by chosen_at desc limit 1",
  );
  assert.equal(temporal.current, rows[0]?.build_id);
});

test("O4 a choice stands while Temporal takes its time, and the way back needs only the queue where turns begin", async () => {
  const { taskQueue, temporal, start, promote } = deployment();
  for (const build of ["a", "b"]) await start(build);
  temporal.polled = [taskQueue];
  let chosen: string | null = null;
  temporal.beforePromotion = async () => {
    chosen = await newestBuild(store.pool, taskQueue);
    throw new Error("Temporal is not there");
  };
  await assert.rejects(promote("a"), /Temporal is not there/);
  assert.equal(chosen, "a");
  temporal.beforePromotion = async () => undefined;
  await promote("a");
  await start("b");
  assert.equal(temporal.current, "a");
});

test("O4 a worker whose build Temporal does not make current at once starts all the same, and tries again", async () => {
  const { temporal, open } = deployment();
  let tries = 0;
  temporal.beforePromotion = async () => {
    tries += 1;
    if (tries === 1) throw new Error("Temporal is not there");
  };
  const build = await open();
  await build.promote();
  assert.equal(temporal.current, "");
  await soon("the second try", () => temporal.current === "a");
  await build.leave();
});

test("O4 O5 processes that died long ago and builds that nobody runs are forgotten; the newest choice and builds of late stay", async () => {
  const taskQueue = randomUUID();
  const { pool } = store;
  const insert = `insert into worker_builds (task_queue, build_id, first_seen_at, chosen_at)
    select $1, build, now() - interval '40 days', now() - age * interval '1 day'
    from unnest('{old,died,left,newest}'::text[], '{39,38,37,36}'::int[]) as t (build, age)`;
  await pool.query(insert, [taskQueue]);
  const left = { id: randomUUID(), task_queue: taskQueue, build_id: "left", host: "test", pid: 1 };
  const died = { ...left, id: randomUUID(), build_id: "died" };
  for (const one of [left, died]) await beatWorker(pool, one);
  await removeWorker(pool, left.id);
  await pool.query("update worker_processes set seen_at = now() - interval '2 days' where id = $1", [
    died.id,
  ]);
  for (const purge of Object.values(PURGES)) await purge(pool);
  const { rows } = await pool.query("select build_id from worker_builds where task_queue = $1 order by 1", [
    taskQueue,
  ]);
  assert.deepEqual(
    rows.map(({ build_id }) => build_id),
    ["died", "left", "newest"],
  );
  assert.equal((await pool.query("select from worker_processes where id = $1", [died.id])).rowCount, 0);
});

test("O4 a build's name is one that Temporal and people can write, and auto is made from the sources", async () => {
  for (const name of ["v1.2.3", "2026-11-29_a", "x".repeat(100)])
    assert.equal(loadConfig(environment(name)).buildId, name);
  for (const name of ["a:b", "a b", ".a", "unversioned", "x".repeat(101)])
    assert.throws(() => loadConfig(environment(name)), ConfigError, name);
  assert.match(await sourcesBuildId(), /^[0-9a-f]{16}$/);
  assert.equal(await buildIdOf("auto"), await sourcesBuildId());
  assert.deepEqual([await buildIdOf("v1"), await buildIdOf(undefined)], ["v1", ""]);
});
