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
