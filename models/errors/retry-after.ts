// Reads how long a provider asks us to wait (SPEC X1), in the many ways in which providers say it. Pure.
import type { FailureFacts } from "../http/failure-facts.ts";

/** Milliseconds; null if nothing is said. Headers win over the body, and exact headers over the others. */
export function retryAfterMs(facts: FailureFacts, nowMs: number): number | null {
  const { header } = facts;
  return (
    milliseconds(header("retry-after-ms")) ??
    secondsOrDate(header("retry-after"), nowMs) ??
    exhaustedReset(header, nowMs) ??
    duration(facts.retry_delay ?? "") ??
    inWords(facts.text)
  );
}

function milliseconds(text: string | null): number | null {
  const exact = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(exact) && exact >= 0 ? Math.ceil(exact) : null;
}

/** `Retry-After`: seconds, sometimes with fractions, or a date (RFC 9110, 10.2.3). */
function secondsOrDate(text: string | null, nowMs: number): number | null {
  const words = text?.trim() ?? "";
  if (words === "") return null;
  const seconds = Number(words);
  if (Number.isFinite(seconds)) return seconds >= 0 ? Math.ceil(seconds * 1000) : null;
  return untilDate(words, nowMs);
}

function untilDate(text: string, nowMs: number): number | null {
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

type Header = FailureFacts["header"];

/** What is counted, with the headers for what is left and when it is full again: OpenAI's, then Anthropic's. */
const LIMITS: readonly (readonly [left: string, reset: string])[] = [
  ["x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"],
  ["x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"],
  ["x-ratelimit-remaining", "x-ratelimit-reset"],
  ["anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"],
  ["anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"],
  ["anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"],
  ["anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"],
];

/**
 * The longest wait among the limits that are used up. A reset says when everything is available again, which is far too
 * late for the others.
 */
function exhaustedReset(header: Header, nowMs: number): number | null {
  const waits = LIMITS.filter(([left]) => header(left)?.trim() === "0")
    .map(([, reset]) => resetMs(header(reset) ?? "", nowMs))
    .filter((wait) => wait !== null);
  return waits.length === 0 ? null : Math.max(...waits);
}

/** Ten or more digits are a time since 1970, in seconds or (thirteen) milliseconds. Fewer are seconds to wait. */
function resetMs(text: string, nowMs: number): number | null {
  if (/^\d{13,}$/.test(text)) return Math.max(0, Number(text) - nowMs);
  if (/^\d{10,}$/.test(text)) return Math.max(0, Number(text) * 1000 - nowMs);
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000);
  return duration(text) ?? (/^\d{4}-\d\d-\d\dT/.test(text) ? untilDate(text, nowMs) : null);
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration as Go writes it: `1s`, `6m0s`, `2m59.56s`, `120ms`. */
function duration(text: string): number | null {
  if (!/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text)) return null;
  const pieces = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)];
  return Math.ceil(
    pieces.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNIT_MS[unit ?? ""] ?? 0), 0),
  );
}

const WAIT_IN_WORDS =
  /(?:try again in|retry (?:after|in)) (\d+(?:\.\d+)?\s?(?:milliseconds?|seconds?|minutes?|ms|s|m)(?:\d+(?:\.\d+)?s)?)\b/i;

/** OpenAI: "Please try again in 1.2s." Azure: "Please retry after 26 seconds." A stream contains nothing else. */
function inWords(text: string): number | null {
  const words = WAIT_IN_WORDS.exec(text)?.[1]?.toLowerCase().replace(/\s/g, "") ?? "";
  return duration(
    words
      .replace(/milliseconds?/, "ms")
      .replace(/seconds?/, "s")
      .replace(/minutes?/, "m"),
  );
}
