import assert from "node:assert/strict";
import { test } from "node:test";
import { isLoopback, isReachable } from "./start-checks.ts";

test("A6 only addresses of this machine alone count as loopback", () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
    assert.equal(isLoopback(host), true, host);
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "127.0.0.1.example.org", "example.org"]) {
    assert.equal(isLoopback(host), false, host);
  }
});

test("O1 behind a proxy on the same machine others can reach an API that listens on loopback", () => {
  const alone = { host: "127.0.0.1", trustedProxies: [], signIn: { publicOrigin: null } as never };
  assert.equal(isReachable(alone), false);
  for (const more of [
    { host: "0.0.0.0" },
    { trustedProxies: ["loopback"] },
    { signIn: { publicOrigin: "https://chat.example.com" } as never },
  ])
    assert.equal(isReachable({ ...alone, ...more }), true);
});
