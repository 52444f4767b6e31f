// Tests: which schema our tables go to, and which program may run on them.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { after, beforeEach, test } from "node:test";
import { Client } from "pg";
import { requireDatabase } from "../../api/start/start-checks.ts";
import { isOutage } from "../../platform/classify-failure.ts";
import { ProgramTooOld } from "../../store/access/program-age.ts";
import { createPool, type Pool } from "../../store/database.ts";
import { migrate, pendingMigrations } from "../../store/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { anIdleChat, openStore } from "../support/turn/chats.ts";

const FOLDER = new URL("../../store/migrations/", import.meta.url);

let database: TestDatabase;
const databases: TestDatabase[] = [];

/** An empty database for each test. */
beforeEach(async () => {
  database = await createTestDatabase();
  databases.push(database);
  await asAnyone("drop schema everturn cascade");
});

after(async () => {
  for (const one of databases) await one.drop();
});

/** As a program that knows nothing of our schema, with its user's search_path. */
async function asAnyone<Row>(sql: string, url = database.url): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
}

async function tablesIn(schema: string): Promise<string[]> {
  const rows = await asAnyone<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = '${schema}' order by 1`,
  );
  return rows.map(({ name }) => name);
}

/** What the version before made of an empty database, which looked wherever its user's search_path leads. */
async function migrateAsBefore(url = database.url): Promise<void> {
  await asAnyone(
    "create table schema_migrations (name text primary key, sha256 text not null, applied_at timestamptz not null default now())",
    url,
  );
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith(".sql") && name < "0012").sort();
  for (const name of names) {
    await asAnyone(await readFile(new URL(name, FOLDER), "utf8"), url);
    await asAnyone(
      `insert into schema_migrations (name, sha256)
       values ('${name}', encode(sha256(convert_to($sql$${await readFile(new URL(name, FOLDER), "utf8")}$sql$, 'utf8')), 'hex'))`,
      url,
    );
  }
}

async function pending(url = database.url): Promise<string[]> {
  const pool = createPool(url, 1);
  try {
    return await pendingMigrations(pool);
  } finally {
    await pool.end();
  }
}

test("a database that has a users table and migrations of another program gets our tables beside them", async () => {
  await asAnyone(`create table users (login text); insert into users values ('theirs');
    create table schema_migrations (version bigint primary key); create table chats (theirs int)`);
  await migrate(database.url);
  assert.deepEqual(await tablesIn("public"), ["chats", "schema_migrations", "users"]);
  const store = await openStore(database.url);
  const chat = await anIdleChat(store);
  assert.deepEqual(await chat.shortHistory(), ["user:hello", "assistant:hi"]);
  await store.pool.end();
  assert.deepEqual(await asAnyone("select login from public.users"), [{ login: "theirs" }]);
});

test("O3 a database that has our tables in public keeps them there, and the version before goes on with them", async () => {
  await migrateAsBefore(`${database.url}?options=-csearch_path%3Dpublic`);
  await migrate(database.url);
  assert.deepEqual(await tablesIn("everturn"), []);
  const store = await openStore(database.url);
  await anIdleChat(store);
  await store.pool.end();
  assert.deepEqual(await asAnyone("select status from public.chats"), [{ status: "waiting" }]);
  assert.deepEqual(await pending(), []);
});

test("O3 tables that the search_path of their user leads to stay there too", async () => {
  await asAnyone("create schema elsewhere");
  const url = `${database.url}?options=-csearch_path%3Delsewhere`;
  await migrateAsBefore(url);
  await migrate(url);
  assert.deepEqual([await tablesIn("everturn"), await tablesIn("public")], [[], []]);
  assert.deepEqual(await pending(url), []);
});

test("O3 replicas that start at once on an empty database make one schema, and all are ready", async () => {
  const all = await Promise.all(Array.from({ length: 3 }, () => migrate(database.url)));
  const applied = all.flatMap((one) => one.applied);
  assert.equal(new Set(applied).size, applied.length, "each migration is applied by one of them");
  assert.deepEqual([await pending(), await tablesIn("public")], [[], []]);
});

const WAITING_BUILD = `datname = current_database() and wait_event_type = 'Lock'
  and query like '%index concurrently%'`;

/** Until a build waits for a transaction, or is over. */
async function untilBuildWaits(pool: Pool, building: Promise<unknown>): Promise<void> {
  const progress = { isOver: false };
  const over = () => (progress.isOver = true);
  building.then(over, over);
  while (!progress.isOver) {
    const { rowCount } = await pool.query(`select from pg_stat_activity where ${WAITING_BUILD}`);
    if (rowCount === 1) return;
  }
}

test("O3 an index on a large table is built while others write, and a half-built one is built anew", async () => {
  await migrate(database.url);
  await asAnyone("delete from everturn.schema_migrations where name = '0016-index-impossible-chats.sql'");
  await asAnyone(
    "update pg_index set indisvalid = false where indexrelid = 'everturn.chats_impossible'::regclass",
  );
  const pool = createPool(database.url, 2);
  const writer = new Client({ connectionString: database.url });
  await writer.connect();
  await writer.query("begin; delete from everturn.chats");
  // Its connection is lost in the middle of the build: that fails this try and ends no process.
  const lost = migrate(database.url);
  const isLost = assert.rejects(lost, isOutage);
  await untilBuildWaits(pool, lost);
  await pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${WAITING_BUILD}`);
  await isLost;
  const building = migrate(database.url);
  // The build waits for the writer, and nobody waits for the build.
  await untilBuildWaits(pool, building);
  await pool.query("insert into users (id, name, role) values (gen_random_uuid(), 'meanwhile', 'member')");
  await pool.query("update chats set title = title");
  await writer.query("commit");
  await writer.end();
  assert.deepEqual(await building, { applied: ["0016-index-impossible-chats.sql"] });
  const { rows } = await pool.query(
    "select indisvalid from pg_index where indexrelid = 'chats_impossible'::regclass",
  );
  assert.deepEqual(rows, [{ indisvalid: true }]);
  await pool.end();
});

test("O3 an older program on newer data is refused in words by migrate, api and worker; beside migrations that only add it goes on", async () => {
  await migrate(database.url);
  const pool = createPool(database.url, 1);
  const add = "insert into schema_migrations (name, sha256, needs) values ($1, 'x', $2)";
  await pool.query(add, ["9001-adds.sql", "0011-client-chats.sql"]);
  assert.deepEqual(await migrate(database.url), { applied: [] });
  await requireDatabase(pool, database.url);
  await pool.query(add, ["9002-takes-away.sql", "9001-adds.sql"]);
  await assert.rejects(migrate(database.url), ProgramTooOld);
  await assert.rejects(requireDatabase(pool, database.url), {
    name: "StartRefusal",
    message: /^the database was brought up to date by a newer version of Everturn \(9002-takes-away\.sql\)/,
  });
  await pool.end();
});

test("O3 a database of before migrations said what they need counts as known, however it is asked", async () => {
  await migrateAsBefore();
  const missing = await pending();
  assert.ok(missing.every((name) => name >= "0012"));
  await asAnyone("insert into schema_migrations (name, sha256) values ('9001-newer.sql', 'x')");
  await assert.rejects(pending(), ProgramTooOld);
});

test("X8 a statement, a lock and an idle transaction have limits on each connection of the pool", async () => {
  await migrate(database.url);
  const pool = createPool(database.url, 2, 400);
  await assert.rejects(pool.query("select pg_sleep(60)"), { code: "57014" });
  const holder = await pool.connect();
  await holder.query("begin; lock table schema_migrations");
  await assert.rejects(pool.query("select from schema_migrations"), { code: "55P03" });
  const { rows } = await holder.query("show idle_in_transaction_session_timeout");
  assert.deepEqual(rows, [{ idle_in_transaction_session_timeout: "10s" }]);
  holder.release(true);
  await pool.end();
});
