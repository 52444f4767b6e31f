import assert from "node:assert/strict";
import { test } from "node:test";
import { expressPath } from "./route.ts";

test("a path's parameters are written as Express wants them", () => {
  assert.equal(
    expressPath("/v1/chats/{chat}/queue/{queued_message}"),
    "/v1/chats/:chat/queue/:queued_message",
  );
  assert.equal(expressPath("/"), "/");
});
