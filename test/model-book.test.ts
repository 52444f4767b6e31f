// Tests: what a process keeps of the model configs, on a real database: nothing stale, and not asked for twice.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Queryable } from "../store/database.ts";
import { createModelBook, type ModelBook } from "../store/model-book.ts";
import { openStore, type TestStore } from "./support/chats.ts";
import { createTestDatabase, type TestDatabase } from "./support/database.ts";

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
