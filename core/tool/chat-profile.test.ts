import assert from "node:assert/strict";
import { test } from "node:test";
import { isAllowed, mcpServersOf } from "./chat-profile.ts";

test("C10 an allow list names tools, or patterns of them; none allows all, and an empty one nothing", () => {
  assert.equal(isAllowed(null, "execute"), true);
  assert.equal(isAllowed([], "execute"), false);
  assert.equal(isAllowed(["grep", "wiki__*"], "wiki__read"), true);
  assert.equal(isAllowed(["grep", "wiki__*"], "grep"), true);
  assert.equal(isAllowed(["grep", "wiki__*"], "grep_all"), false);
});

test("C10 C4 a chat's own list of MCP servers stands in place of its profile's, also an empty one", () => {
  const profile = { mcp_server_ids: ["p"] };
  assert.deepEqual(mcpServersOf({ mcp_server_ids: null, profile }), ["p"]);
  assert.deepEqual(mcpServersOf({ mcp_server_ids: ["c"], profile }), ["c"]);
  assert.deepEqual(mcpServersOf({ mcp_server_ids: [], profile }), []);
  assert.deepEqual(mcpServersOf({ mcp_server_ids: null, profile: null }), []);
});
