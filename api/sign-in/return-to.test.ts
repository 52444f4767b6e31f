import assert from "node:assert/strict";
import { test } from "node:test";
import { returnToCharsMax, safeReturnTo } from "./return-to.ts";

test("A7 a path of this server is kept as it is", () => {
  for (const path of ["/", "/chats/1?x=//y#z", "/a%20b", "/session"]) assert.equal(safeReturnTo(path), path);
});

test("A7 whatever leads elsewhere, or round in circles, becomes the first page", () => {
  for (const wrong of [
    undefined,
    "",
    "chats",
    "//evil.example",
    "/\\evil.example",
    "/%0a\n/evil.example",
    "/\t/evil.example",
    "https://evil.example",
    " /x",
    "/ä",
    "/session/oidc",
    `/${"a".repeat(returnToCharsMax)}`,
  ]) {
    assert.equal(safeReturnTo(wrong), "/", wrong);
  }
});
