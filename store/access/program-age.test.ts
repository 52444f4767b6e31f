import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";
import { assertRunsOn, neededBy, ProgramTooOld } from "./program-age.ts";

const FOLDER = new URL("../migrations/", import.meta.url);
/** From here on each migration must say which programs may run beside it. */
const FIRST_THAT_SAYS = "0015";

const known = ["0001-a.sql", "0002-b.sql"].map((name) => ({ name, needs: null }));

function applied(name: string, needs: string | null = null) {
  return { name, needs, sha256: "x" };
}

test("O3 a program runs beside newer migrations that need only what it knows", () => {
  assertRunsOn([applied("0001-a.sql"), applied("0002-b.sql")], known);
  assertRunsOn([applied("0003-c.sql", "0001-a.sql"), applied("0004-d.sql", "0002-b.sql")], known);
});

test("O3 a program refuses to run, and says why, beside a migration that needs a newer one or does not say", () => {
  for (const needs of ["0003-c.sql", "0002-other.sql", null]) {
    assert.throws(() => assertRunsOn([applied("0003-c.sql", needs)], known), ProgramTooOld, String(needs));
  }
  assert.throws(
    () => assertRunsOn([applied("0003-c.sql")], known),
    /newer version of Everturn \(0003-c\.sql\)/,
  );
});

test("a migration says what it needs in a line of its own", () => {
  assert.equal(
    neededBy("-- Adds a column.\n-- needs 0016-x-y.sql\nalter table a add b int;"),
    "0016-x-y.sql",
  );
  assert.equal(neededBy("-- it needs 0016-x-y.sql\n"), null);
});

test("O3 each migration from 0015 on says what a program must know to run beside it", async () => {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith(".sql"));
  assert.ok(names.includes("0001-chats.sql"));
  for (const name of names.filter((one) => one >= FIRST_THAT_SAYS)) {
    const needs = neededBy(await readFile(new URL(name, FOLDER), "utf8"));
    assert.ok(needs !== null && names.includes(needs), `${name} needs ${needs}`);
  }
});
