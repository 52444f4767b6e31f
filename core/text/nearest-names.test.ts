import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestNames } from "./nearest-names.ts";

test("W6 a misspelt name suggests the names it may mean, best first", () => {
  const names = ["server.ts", "Server.test.ts", "client.ts", "sever.md", "x"];
  assert.deepEqual(nearestNames("SERVER.TS", names, 2), ["server.ts", "sever.md"]);
  assert.deepEqual(nearestNames("server", names, 2), ["Server.test.ts", "server.ts"]);
});

test("W6 a name unlike all others suggests none", () => {
  assert.deepEqual(nearestNames("qqqqqqqq", ["alpha.ts", "beta.ts"], 5), []);
  assert.deepEqual(nearestNames("a", [], 5), []);
});
