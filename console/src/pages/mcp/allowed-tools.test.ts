// Which tools of an MCP server agents may have.
import assert from "node:assert/strict";
import { test } from "node:test";
import { allows, listsWith } from "./allowed-tools.ts";

test("C4 without an allow list all tools are allowed but the denied ones", () => {
  assert.ok(allows({ allow: null, deny: ["b"] }, "a"));
  assert.ok(!allows({ allow: null, deny: ["b"] }, "b"));
  assert.ok(!allows({ allow: ["a"], deny: [] }, "b"));
  assert.ok(!allows({ allow: ["a"], deny: ["a"] }, "a"));
});

test("C4 whatever the lists are, a tool is allowed or not after it was said, and no other tool changes", () => {
  const lists = [null, [], ["a"], ["b"]].flatMap((allow) =>
    [[], ["a"], ["b"]].map((deny) => ({ allow, deny })),
  );
  for (const before of lists) {
    for (const allowed of [true, false]) {
      const after = listsWith(before, "a", allowed);
      assert.equal(allows(after, "a"), allowed, JSON.stringify(before));
      assert.equal(allows(after, "b"), allows(before, "b"), JSON.stringify(before));
    }
  }
});
