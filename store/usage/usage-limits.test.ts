import assert from "node:assert/strict";
import { test } from "node:test";
import type { Queryable } from "../database.ts";
import { limitReached, refuseOverLimit } from "./usage-limits.ts";

/** A database that nobody may query. */
const untouched: Queryable = {
  query: () => {
    throw new Error("the database was asked");
  },
};

test("B3 a user without a limit costs no query", async () => {
  const chat = { owner_id: "someone", owner_usage_limit: null };
  assert.equal(await limitReached(untouched, chat), null);
  await refuseOverLimit(untouched, chat);
});
