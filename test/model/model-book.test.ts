// Tests: what a process keeps of the model configs, on a real database: nothing stale, and not asked for twice.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { type Queryable, withTransaction } from "../../store/database.ts";
import { createModelBook, type ModelBook } from "../../store/model/model-book.ts";
import { dropUnusedQuirks, listModelQuirks, rememberQuirk } from "../../store/model/model-quirks.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { openStore, type TestStore } from "../support/turn/chats.ts";

let database: TestDatabase;
let store: TestStore;
let book: ModelBook;
let now = 0;
let asked = 0;
const counting: Queryable = {
  query: ((...args: Parameters<Queryable["query"]>) => {
    asked++;
    return store.pool.query(...args);
  }) as Queryable["query"],
};

before(async () => {
  database = await createTestDatabase();
  store = await openStore(database.url);
  book = createModelBook(database.url, () => now);
});
after(async () => {
  await book.close();
  await store.pool.end();
  await database.drop();
});

/** Reads until nothing more is asked of the database: its listener is up then. */
async function untilKept(): Promise<void> {
  for (;;) {
    await book.read(counting);
    const before_ = asked;
    await book.read(counting);
    if (asked === before_) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function nameUntil(name: string): Promise<void> {
  while ((await book.read(counting))[0]?.name !== name) await new Promise((resolve) => setImmediate(resolve));
}

test("X10 what another process has learnt of a model is known here with its NOTIFY, for that model alone", async () => {
  const { rows } = await store.pool.query<{ id: string }>(
    "insert into model_providers (id, name, kind) values (gen_random_uuid(), 'taught', 'anthropic') returning id",
  );
  const provider_id = rows[0]?.id ?? "";
  await store.pool.query("update model_configs set provider_id = $1", [provider_id]);
  await untilKept();
  const place = { provider_id, base_url: null, api: "anthropic", model: "demo" };
  const learnt = { quirk: "no-cache-marks", about: "does not know them", words: null };
  assert.equal(await rememberQuirk(store, place, learnt), true);
  assert.equal(await rememberQuirk(store, place, learnt), false, "known already");
  await rememberQuirk(store, { ...place, model: "another" }, learnt);
  const quirks = async () => (await book.read(counting)).map((config) => config.quirks);
  while ((await quirks())[0]?.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(await quirks(), [[{ quirk: "no-cache-marks", base_url: "", api: "anthropic" }]]);

  // The environment's address has changed: what was learnt at the old one goes.
  await rememberQuirk(
    store,
    { ...place, base_url: "http://127.0.0.1:9" },
    { ...learnt, quirk: "without-top-k" },
  );
  const left = await listModelQuirks(store.pool, provider_id);
  assert.deepEqual(
    left.map(({ model, quirk, base_url }) => [model, quirk, base_url]),
    [
      ["another", "no-cache-marks", null],
      ["demo", "without-top-k", "http://127.0.0.1:9"],
    ],
  );
  await withTransaction(store.pool, dropUnusedQuirks);
  assert.deepEqual(
    (await listModelQuirks(store.pool, provider_id)).map(({ model }) => model),
    ["demo"],
  );
  assert.equal(
    await rememberQuirk(store, { ...place, provider_id: randomUUID() }, learnt),
    false,
    "deleted meanwhile",
  );
  await store.pool.query("update model_configs set provider_id = null");
  await store.pool.query("delete from model_providers");
});

test("B1 configs are read once, until they change: then a NOTIFY makes every process forget them", async () => {
  await untilKept();
  await store.pool.query("update model_configs set name = 'renamed'");
  await nameUntil("renamed");
  await untilKept();
  await store.pool.query(
    "insert into model_providers (id, name, kind) values (gen_random_uuid(), 'p', 'anthropic')",
  );
  await store.pool.query("update model_configs set provider_id = (select id from model_providers)");
  await store.pool.query("update model_providers set name = 'q'");
  while ((await book.read(counting))[0]?.provider !== "q")
    await new Promise((resolve) => setImmediate(resolve));
});

test("B1 what is kept is read anew after ten seconds, should a NOTIFY be lost", async () => {
  await untilKept();
  const before_ = asked;
  now += 9_000;
  await book.read(counting);
  assert.equal(asked, before_);
  now += 2_000;
  await book.read(counting);
  assert.equal(asked, before_ + 1);
});

test("B1 a process that changed them itself does not wait for its own NOTIFY", async () => {
  await untilKept();
  const before_ = asked;
  book.forget();
  await book.read(counting);
  assert.equal(asked, before_ + 1);
});

test("B1 without its connection a process keeps nothing, and keeps again when it is back", async () => {
  await untilKept();
  await store.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'everturn-models' and datname = current_database()",
  );
  await store.pool.query("update model_configs set name = 'while away'");
  await nameUntil("while away");
  await untilKept();
});
