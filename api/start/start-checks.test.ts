import assert from "node:assert/strict";
import { test } from "node:test";
import { isLoopback } from "./start-checks.ts";

test("A6 only addresses of this machine alone count as loopback", () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
    assert.equal(isLoopback(host), true, host);
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example.org", "example.org"]) {
    assert.equal(isLoopback(host), false, host);
  }
});
