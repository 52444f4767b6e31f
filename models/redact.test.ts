import assert from "node:assert/strict";
import { test } from "node:test";
import { detailOf, redact } from "./redact.ts";

const SECRETS: readonly (readonly [string, string])[] = [
  ["Incorrect API key provided: sk-proj-ab12*****xyz.", "ab12"],
  ["key sk-ant-api03-abcDEF_123", "abcDEF"],
  ["Authorization: Bearer abc.def-123", "abc.def"],
  ['{"x-api-key": "k123456"}', "k123456"],
  ["x-api-key=k123456;", "k123456"],
  ["api_key: k123456", "k123456"],
  ["https://host/v1?key=k123456&x=1", "k123456"],
  ["https://user:hunter2@host/v1", "hunter2"],
  ["AIzaSyA1234567890123456789012", "SyA123"],
  ["token eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl here", "eyJhbGci"],
];

for (const [text, secret] of SECRETS) {
  test(`X4 no key is left in: ${text}`, () => {
    assert.ok(!redact(text).includes(secret), redact(text));
    assert.match(redact(text), /\[redacted\]/);
  });
}

test("X4 ordinary words stay", () => {
  const words = "The key idea: tasks risk-free; ask-me, api keys are configured under settings.";
  assert.equal(redact(words), words);
});

test("X4 a configured key is hidden whatever it looks like, a very short one is not searched for", () => {
  assert.equal(redact("you sent plainkey", ["plainkey"]), "you sent [redacted]");
  assert.equal(redact("a none b", ["none"]), "a none b");
});

test("X4 detail is one line of at most 500 characters, null when empty, whole characters only", () => {
  assert.equal(detailOf(" a\n\tb "), "a b");
  assert.equal(detailOf(" \n"), null);
  const long = detailOf(`${"x".repeat(498)}🙂🙂`) ?? "";
  assert.ok(long.length <= 500 && long.isWellFormed() && long.endsWith("…"));
});
