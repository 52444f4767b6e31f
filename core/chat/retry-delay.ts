// Core is pure: how long a failed model call is waited out (SPEC X1).
import { retryAfterMaxMs, retryDelayBaseMs, retryDelayMaxMs } from "./limits.ts";

/**
 * min(base · 2ⁿ, 60 s), raised to what the provider asks for.
 * @param failures how many calls of the step have failed, this one included (1 for the first)
 * @param retryAfterMs the provider's Retry-After, null without one
 */
export function retryDelayMs(
  failures: number,
  retryAfterMs: number | null,
  baseMs = retryDelayBaseMs,
): number {
  const own = Math.min(baseMs * 2 ** Math.min(failures - 1, 30), retryDelayMaxMs);
  return Math.max(own, Math.min(retryAfterMs ?? 0, retryAfterMaxMs));
}
