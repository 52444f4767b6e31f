// The kinds of failure that a turn can meet (SPEC X2). Clients switch on them, so the names are stable.

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
