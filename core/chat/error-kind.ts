// Core is pure: the kinds of failure a turn can meet (SPEC X2). Readers switch on them, so names are stable.

export const ERROR_KINDS = [
  "overloaded",
  "rate_limit",
  "timeout",
  "stream_silence",
  "network",
  "auth",
  "config",
  "context_overflow",
  "usage_limit",
  "missing_key",
  "content_filter",
  "no_output",
  "generic",
] as const;

export type ErrorKind = (typeof ERROR_KINDS)[number];
