import assert from "node:assert/strict";
import { test } from "node:test";
import { agentTokenOf, agentTokensOf } from "./agent-token.ts";

const key = Buffer.alloc(32, 7);

test("W10 a workspace's token is the same for whoever holds the key, and another for each workspace and key", () => {
  const token = agentTokenOf(key, "w1");
  assert.equal(agentTokenOf(Buffer.from(key), "w1"), token);
  assert.match(token, /^[\w-]{43}$/);
  assert.notEqual(agentTokenOf(key, "w2"), token);
  assert.notEqual(agentTokenOf(Buffer.alloc(32, 8), "w1"), token);
});

test("after a change of the secret key agents are started under the new key, and the previous one is tried, too", () => {
  const previous = Buffer.alloc(32, 8);
  assert.deepEqual(agentTokensOf({ secretKey: key, secretKeyPrevious: previous }, "w1"), [
    agentTokenOf(key, "w1"),
    agentTokenOf(previous, "w1"),
  ]);
  assert.deepEqual(agentTokensOf({ secretKey: key }, "w1"), [agentTokenOf(key, "w1")]);
});
