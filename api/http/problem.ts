// Turns every error into a problem document (RFC 9457) with a stable code.
import { REFUSALS, Refusal, type RefusalCode } from "../../core/chat/refusal.ts";
import { UsageLimitReached } from "../../core/usage/usage-limit-reached.ts";
import { isOutage } from "../../platform/classify-failure.ts";

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: RefusalCode;
  readonly detail?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  /** For a usage limit: when its period ends. */
  readonly resets_at?: string;
}

export const PROBLEM_CONTENT_TYPE = "application/problem+json";

/** The wire form of a refusal. */
export function toProblem(refusal: Refusal): Problem {
  const { status, title } = REFUSALS[refusal.code];
  return {
    type: `urn:everturn:problem:${refusal.code}`,
    title,
    status,
    code: refusal.code,
    ...(refusal.detail !== undefined && { detail: refusal.detail }),
    ...(refusal.errors.length > 0 && { errors: refusal.errors }),
    ...(refusal instanceof UsageLimitReached && { resets_at: refusal.resets_at }),
  };
}

/** Any error as a refusal: unexpected ones are `unavailable` (an outage) or `internal`. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  // Express could not decode the path: `%` without two hex digits, or not UTF-8.
  if (error instanceof URIError) return new Refusal("not_found");
  if (isOutage(error)) return new Refusal("unavailable", "the database cannot be reached; try again");
  return new Refusal("internal");
}
