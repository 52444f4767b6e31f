// How long to wait after a failed model call (SPEC X1).
import { retryAfterMaxMs, retryDelayBaseMs, retryDelayMaxMs } from "./limits.ts";

/**
 * min(base · 2ⁿ, 60 s), or what the provider asks for if that is longer.
 * @param failures how many calls of the step have failed, including this one (1 for the first)
 * @param retryAfterMs the provider's Retry-After; null without one
 */
export function retryDelayMs(
  failures: number,
  retryAfterMs: number | null,
  baseMs = retryDelayBaseMs,
): number {
  const own = Math.min(baseMs * 2 ** Math.min(failures - 1, 30), retryDelayMaxMs);
  return Math.max(own, Math.min(retryAfterMs ?? 0, retryAfterMaxMs));
}

/** Share of a wait: enough to spread calls that were refused at the same moment. */
const jitterShare = 0.2;

/**
 * Lengthens a wait by up to a fifth, so that turns that failed together do not come back together. It never shortens the
 * wait: a provider's Retry-After holds.
 * @param random from 0 up to 1
 */
export function withJitter(delayMs: number, random: number): number {
  return Math.round(delayMs * (1 + jitterShare * random));
}
