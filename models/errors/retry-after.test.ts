// Tests how long a provider asks us to wait: one row per way of saying it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { failAs } from "../__fixtures__/fail.ts";
import { anthropicError, chat, chatEvent, type Failure } from "../__fixtures__/failures.ts";
import { HTTP_FAILURES } from "../__fixtures__/http-failures.ts";
import { classifyError } from "./classify-error.ts";

const NOW_MS = Date.parse("2026-11-20T10:00:00Z");

/** As a provider's error with these headers, at a time that the test knows. */
function waitOf(headers: Readonly<Record<string, string>>, message = "slow"): number | null {
  const error = { status: 429, headers: new Headers(headers), error: { message } };
  return classifyError(error, { provider: "openai", now_ms: NOW_MS }).retry_after_ms;
}

const HEADERS: readonly (readonly [string, Record<string, string>, number | null])[] = [
  ["seconds", { "retry-after": "7" }, 7_000],
  ["fractions of seconds", { "retry-after": "0.5" }, 500],
  ["a date", { "retry-after": "Fri, 20 Nov 2026 10:00:30 GMT" }, 30_000],
  ["a date in the past", { "retry-after": "Fri, 20 Nov 2026 09:00:00 GMT" }, 0],
  ["milliseconds, before seconds", { "retry-after-ms": "1250", "retry-after": "7" }, 1_250],
  ["nothing", {}, null],
  ["nonsense", { "retry-after": "soon" }, null],
  ["a negative number", { "retry-after": "-3" }, null],
  ["empty milliseconds", { "retry-after-ms": "" }, null],
  [
    "OpenAI's requests, all used",
    { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "1s" },
    1_000,
  ],
  [
    "OpenAI's tokens, all used, in minutes",
    { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6m0s" },
    360_000,
  ],
  [
    "Groq's fractions",
    { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "2m59.56s" },
    179_560,
  ],
  [
    "milliseconds of a reset",
    { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "120ms" },
    120,
  ],
  [
    "a limit of which something is left",
    { "x-ratelimit-remaining-tokens": "5", "x-ratelimit-reset-tokens": "6m0s" },
    null,
  ],
  [
    "the longer of two that are used up",
    {
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": "1s",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "2s",
    },
    2_000,
  ],
  [
    "Anthropic's date",
    {
      "anthropic-ratelimit-requests-remaining": "0",
      "anthropic-ratelimit-requests-reset": "2026-11-20T10:00:12Z",
    },
    12_000,
  ],
  [
    "OpenRouter's milliseconds since 1970",
    { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(NOW_MS + 4_000) },
    4_000,
  ],
  [
    "seconds since 1970",
    { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(NOW_MS / 1000 + 4) },
    4_000,
  ],
  [
    "Retry-After before a reset",
    { "retry-after": "1", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "60" },
    1_000,
  ],
];
for (const [name, headers, waitMs] of HEADERS) {
  test(`X1 Retry-After of ${name} is ${waitMs === null ? "not taken" : `${waitMs} ms`}`, () => {
    assert.equal(waitOf(headers), waitMs);
  });
}

const WORDS: readonly (readonly [string, number | null])[] = [
  ["Rate limit reached for gpt-4o. Please try again in 1.2s.", 1_200],
  ["Rate limit reached. Please try again in 120ms. Visit the page.", 120],
  ["Rate limit reached. Please try again in 1m30s.", 90_000],
  ["Please retry after 26 seconds. Please go here", 26_000],
  ["Rate limit is exceeded. Try again in 2 seconds.", 2_000],
  ["Please try again in 5 minutes.", 300_000],
  ["Please try again later.", null],
  ["try again in a few seconds", null],
];
for (const [words, waitMs] of WORDS) {
  test(`X1 the words "${words}" mean ${waitMs ?? "no"} ms, where no header says better`, () => {
    assert.equal(waitOf({}, words), waitMs);
    assert.equal(waitOf({ "retry-after": "7" }, words), 7_000);
  });
}

async function waitFor(failure: Failure): Promise<number | null | undefined> {
  return (await failAs(failure))?.retry_after_ms;
}

test("X1 Retry-After reaches us through both SDKs", async () => {
  assert.equal(await waitFor(chat(429, { error: { message: "slow" } }, { "retry-after": "7" })), 7_000);
  const anthropic = anthropicError(529, "overloaded_error", "Overloaded");
  assert.ok(anthropic.type === "http");
  assert.equal(await waitFor({ ...anthropic, headers: { "retry-after": "8" } }), 8_000);
});

test("X1 a wait in the body counts: Google's RetryInfo, and words in a stream", async () => {
  const google = HTTP_FAILURES.find(([name]) => name.startsWith("Gemini: rate limit"));
  assert.equal(google && (await waitFor(google[2])), 34_000);
  const words = { code: "rate_limit_exceeded", message: "Please try again in 1.2s." };
  assert.equal(await waitFor(chatEvent({ error: words })), 1_200);
});

test("X1 what is not tried again has no wait", async () => {
  assert.equal(await waitFor(chat(401, { error: { message: "no" } }, { "retry-after": "7" })), null);
});
