// Tests that a refusal says all that the server said, and that the answers of others are refusals, too.
import assert from "node:assert/strict";
import { test } from "node:test";
import { refusalOf, retryAfterMs } from "./errors.ts";

test("a problem document becomes an error with its code, words, fields and request", async () => {
  const body = {
    title: "The request is not valid",
    status: 400,
    code: "invalid_request",
    detail: "content: too long",
    errors: [{ path: "content", message: "too long" }],
  };
  const headers = { "x-request-id": "r-1", "retry-after": "2" };
  const error = await refusalOf(new Response(JSON.stringify(body), { status: 400, headers }));
  assert.equal(error.message, "content: too long");
  assert.equal(error.code, "invalid_request");
  assert.deepEqual(error.errors, body.errors);
  assert.equal(error.requestId, "r-1");
  assert.equal(error.retryAfterMs, 2_000);
});

test("the page of a proxy is a refusal without a code of ours", async () => {
  const error = await refusalOf(new Response("<html>Bad Gateway</html>", { status: 502 }));
  assert.equal(error.status, 502);
  assert.equal(error.code, "unknown");
  assert.match(error.message, /502/);
  assert.deepEqual(error.errors, []);
});

test("Retry-After is seconds or a date", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  assert.equal(retryAfterMs("1.5", now), 1_500);
  assert.equal(retryAfterMs("Thu, 01 Jan 2026 00:00:10 GMT", now), 10_000);
  assert.equal(retryAfterMs("Wed, 31 Dec 2025 00:00:00 GMT", now), 0);
  for (const nothing of [null, "", "soon", "-1"]) assert.equal(retryAfterMs(nothing, now), null);
});
