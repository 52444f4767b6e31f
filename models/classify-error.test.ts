// One row per failure: what was thrown, and what it means (SPEC X2, X3).
import assert from "node:assert/strict";
import { test } from "node:test";
import { ANSWERED_FAILURES } from "./__fixtures__/answered-failures.ts";
import { BROKEN_FAILURES } from "./__fixtures__/broken-failures.ts";
import { anthropicError, inStream, openai, openaiText, PAGE } from "./__fixtures__/failures.ts";
import { classifyError } from "./classify-error.ts";
import { ModelError, type ModelFault } from "./provider.ts";

const NOW_MS = Date.parse("2026-11-20T10:00:00Z");

const classify = (error: unknown): ModelFault => classifyError(error, { provider: "openai", now_ms: NOW_MS });

for (const [name, error, kind, retryable, status = null] of [...ANSWERED_FAILURES, ...BROKEN_FAILURES]) {
  test(`X3 ${name} is ${kind}, ${retryable ? "retryable" : "terminal"}`, () => {
    const fault = classify(error);
    assert.deepEqual(
      { kind: fault.kind, retryable: fault.retryable, status: fault.status_code },
      { kind, retryable, status },
    );
    assert.match(fault.message, /^[A-Z].*\.$/);
    assert.ok((fault.detail ?? "").length <= 500);
  });
}

const RETRY_AFTER: readonly (readonly [string, Record<string, string>, number | null])[] = [
  ["seconds", { "retry-after": "7" }, 7_000],
  ["fractions of seconds", { "retry-after": "0.5" }, 500],
  ["a date", { "retry-after": "Fri, 20 Nov 2026 10:00:30 GMT" }, 30_000],
  ["a date in the past", { "retry-after": "Fri, 20 Nov 2026 09:00:00 GMT" }, 0],
  ["milliseconds, before seconds", { "retry-after-ms": "1250", "retry-after": "7" }, 1_250],
  ["nothing", {}, null],
  ["nonsense", { "retry-after": "soon" }, null],
  ["a negative number", { "retry-after": "-3" }, null],
];
for (const [name, headers, waitMs] of RETRY_AFTER) {
  test(`X1 Retry-After of ${name} is ${waitMs === null ? "not taken" : `${waitMs} ms`} in both SDKs' errors`, () => {
    assert.equal(classify(openai(429, { message: "slow" }, headers)).retry_after_ms, waitMs);
    assert.equal(
      classify(anthropicError(529, { type: "overloaded_error", message: "x" }, headers)).retry_after_ms,
      waitMs,
    );
  });
}

test("X3 a broken response chain asks for the whole history, other errors do not", () => {
  assert.equal(classify(openai(404, { code: "previous_response_not_found" })).replay_full_history, true);
  assert.equal("replay_full_history" in classify(openai(404, { message: "no model" })), false);
});

test("K1 the context that llama.cpp names in its error is passed on", () => {
  const error = openai(400, {
    message: "x",
    type: "exceed_context_size_error",
    n_prompt_tokens: 9000,
    n_ctx: 8192,
  });
  assert.equal(classify(error).context_limit, 8192);
});

test("X4 a web page becomes its title, and people are told what answered", () => {
  const fault = classify(openaiText(502, PAGE));
  assert.equal(fault.detail, "502 Bad Gateway");
  assert.match(fault.message, /web page/);
});

test("X4 detail holds no keys and at most 500 characters", () => {
  const words = `key sk-proj-abc123 and Bearer tok_123 and x-api-key: abc and the one we set: my-own-key ${"x".repeat(600)}`;
  const fault = classifyError(openai(401, { message: words }), {
    provider: "openai",
    now_ms: 0,
    secrets: ["my-own-key"],
  });
  assert.equal(fault.detail?.length, 500);
  for (const secret of ["abc123", "tok_123", "x-api-key: abc", "my-own-key"])
    assert.ok(!fault.detail?.includes(secret), secret);
});

test("X3 a ModelError keeps its fault", () => {
  const fault = classify(openai(429, { message: "slow" }));
  assert.equal(classify(new ModelError(fault)), fault);
});

test("X3 errors whose causes or bodies go in circles are classified all the same", () => {
  const error: Error = new Error("socket hang up");
  error.cause = error;
  assert.equal(classify(error).kind, "network");
  const body: { error?: unknown; message: string } = { message: "x" };
  body.error = body;
  assert.equal(classify(inStream(body)).retryable, true);
});
