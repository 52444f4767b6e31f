// Tests: the log of a build in the database: numbered without gaps, written by one attempt, bounded. On a real Postgres.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { buildLogBytesMax } from "../../core/chat/limits.ts";
import { inUnit } from "../../store/unit.ts";
import {
  appendBuildLog,
  type BuildAttempt,
  beginBuildWork,
  checkBuildAttempt,
} from "../../store/workspace/build-work.ts";
import { createWorkspace } from "../../store/workspace/create-workspace.ts";
import { requestWorkspace } from "../../store/workspace/request-workspace.ts";
import { readBuild, readBuildLog, readBuildLogTail } from "../../store/workspace/workspace-builds.ts";
import { failBuild } from "../../store/workspace/workspace-progress.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { openStore, type TestStore } from "../support/turn/chats.ts";
import { aPlan } from "../support/workspace/workspace-world.ts";

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

/** A build that an attempt of this time has taken over. */
async function begun(scheduled_ms: number): Promise<BuildAttempt> {
  const { result } = await inUnit(store, (unit) => createWorkspace(unit, aPlan(store)));
  const attempt = { workspace_id: result.id, build_id: result.build_id, scheduled_ms };
  assert.equal((await beginBuildWork(store.pool, attempt)).type, "work");
  return attempt;
}

async function textOf({ build_id }: BuildAttempt): Promise<string[]> {
  const lines = await readBuildLog(store.pool, build_id, { after_seq: 0, limit: 10_000 });
  assert.deepEqual(
    lines.map(({ seq }) => seq),
    lines.map((_, i) => i + 1),
  );
  return lines.map(({ text }) => text);
}

test("W3 lines are numbered without gaps, also when they are written at once", async () => {
  const attempt = await begun(1);
  const writes = Array.from({ length: 20 }, (_, i) =>
    appendBuildLog(store.pool, attempt, { lines: [`${i} a`, `${i} b`] }),
  );
  await Promise.all(writes);
  assert.equal((await textOf(attempt)).length, 40);
  const tail = await readBuildLogTail(store.pool, attempt.build_id, 3);
  assert.deepEqual(
    tail.map(({ seq }) => seq),
    [38, 39, 40],
  );
});

test("W3 an attempt that was given up neither writes nor begins nor fails the build any more", async () => {
  const old = await begun(1_000);
  const next = { ...old, scheduled_ms: 2_000 };
  assert.equal((await beginBuildWork(store.pool, next)).type, "work");
  assert.equal(await appendBuildLog(store.pool, old, { lines: ["late"] }), false);
  assert.equal((await beginBuildWork(store.pool, old)).type, "stale");
  assert.equal(await checkBuildAttempt(store.pool, old), "stale");
  await inUnit(store, (unit) => failBuild(unit, { ...old, error: "late" }));
  assert.equal(await checkBuildAttempt(store.pool, next), "going");
  assert.equal(await appendBuildLog(store.pool, next, { lines: ["own"] }), true);
  assert.deepEqual(await textOf(old), ["own"]);
});

test("W3 a cancelled build takes no more lines and is not begun again", async () => {
  const attempt = await begun(1);
  await inUnit(store, (unit) =>
    requestWorkspace(unit, { id: attempt.workspace_id, owner_id: null, wish: "stopped" }),
  );
  assert.equal(await appendBuildLog(store.pool, attempt, { lines: ["late"] }), false);
  assert.equal(await checkBuildAttempt(store.pool, attempt), "over");
  assert.equal((await beginBuildWork(store.pool, attempt)).type, "over");
});

test("W3 how much of a process is in the log is remembered with the lines", async () => {
  const attempt = await begun(1);
  const followed = { key: "build-0", bytes: 12 };
  await appendBuildLog(store.pool, attempt, { lines: ["x"], followed });
  await appendBuildLog(store.pool, attempt, { lines: ["y"] });
  const build = await readBuild(store.pool, attempt.workspace_id, attempt.build_id);
  assert.deepEqual([build?.followed_key, build?.followed_bytes], ["build-0", 12]);
});

test("W3 a log that is full says so once and takes no more", async () => {
  const attempt = await begun(1);
  const line = "x".repeat(1_000_000);
  for (let i = 0; i < 6; i++) await appendBuildLog(store.pool, attempt, { lines: [line, "short"] });
  const text = await textOf(attempt);
  assert.match(text.at(-1) ?? "", /the log is full/);
  assert.equal(text.filter((one) => one.includes("the log is full")).length, 1);
  assert.ok(text.join("\n").length <= buildLogBytesMax + 100);
});

test("L8 lines with \\u0000 are kept, the character shown as unknown", async () => {
  const attempt = await begun(1);
  await appendBuildLog(store.pool, attempt, { lines: ["a\u0000b"] });
  assert.deepEqual(await textOf(attempt), ["a\uFFFDb"]);
});
