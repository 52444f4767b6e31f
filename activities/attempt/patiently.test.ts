import assert from "node:assert/strict";
import { test } from "node:test";
import { patiently } from "./patiently.ts";

const away = () => Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });

const readOnly = () =>
  Object.assign(new Error("cannot execute UPDATE in a read-only transaction"), { code: "25006" });

/** A write that fails with these errors first, then answers how often it was tried. */
function failing(...errors: readonly Error[]): () => Promise<number> {
  let tries = 0;
  return () => {
    const error = errors[tries++];
    return error === undefined ? Promise.resolve(tries) : Promise.reject(error);
  };
}

test("X1 an answer that is whole waits for a database that is away", async () => {
  assert.equal(await patiently(new AbortController().signal, failing(away(), away())), 3);
});

test("X8 it waits for as long as the outage lasts", async () => {
  const minutes = Array.from({ length: 4 }, away);
  assert.equal(await patiently(new AbortController().signal, failing(...minutes, readOnly())), 6);
});

test("what is no matter of the database being away is thrown at once", async () => {
  const write = failing(away(), new TypeError("a bug"));
  await assert.rejects(patiently(new AbortController().signal, write), TypeError);
});

test("I6 a worker that ends waits no longer", async () => {
  const shutdown = new AbortController();
  shutdown.abort();
  await assert.rejects(patiently(shutdown.signal, failing(away())), /ECONNREFUSED/);
});
