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
  ["https://x.openai.azure.com/openai?api-version=1&api-key=k123456", "k123456"],
  ["Ocp-Apim-Subscription-Key: k123456", "k123456"],
  ["key 0123456789abcdef0123456789ABCDEF is wrong", "456789abcdef"],
  [`key ${"Ab0".repeat(17)}JQQJ99${"Cd1".repeat(9)} is wrong`, "JQQJ99"],
  ["gsk_0123456789ab", "3456"],
  ["xai-0123456789ab", "3456"],
  ["hf_0123456789ab", "3456"],
  ["AKIAIOSFODNN7EXAMPLE", "FODNN"],
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
  assert.equal(redact("?k=my%2Fown%2Bkey", ["my/own+key"]), "?k=[redacted]");
  assert.equal(redact('{\\"k\\":\\"my\\\"key\\"}', ['my"key']).includes("my"), false);
});

test("X4 detail is one line of at most 500 characters, null when empty, whole characters only", () => {
  assert.equal(detailOf(" a\n\tb "), "a b");
  assert.equal(detailOf(" \n"), null);
  const long = detailOf(`${"x".repeat(498)}🙂🙂`) ?? "";
  assert.ok(long.length <= 500 && long.isWellFormed() && long.endsWith("…"));
});
