// The API speaks HTTP and the store; this file: every error becomes one problem document (RFC 9457) with a stable code.
import { REFUSALS, Refusal, type RefusalCode } from "../core/refusal.ts";
import { UsageLimitReached } from "../core/usage-limit-reached.ts";
import { sqlState } from "../store/database.ts";

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: RefusalCode;
  readonly detail?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  /** Of a usage limit: when its period ends. */
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

/** Whatever was thrown, as a refusal: what is not expected is `unavailable` (Postgres is away) or `internal`. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  // Express could not decode the path: `%` without two hex digits after it, or no UTF-8.
  if (error instanceof URIError) return new Refusal("not_found");
  if (isDatabaseAway(error)) return new Refusal("unavailable", "the database cannot be reached; try again");
  return new Refusal("internal");
}

const SOCKET_ERRORS = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "ETIMEDOUT",
  "EPIPE",
  "EAI_AGAIN",
  "ENOENT",
]);
// Connection exceptions, too many connections, and a server that shuts down, crashed or starts.
const SQLSTATES_AWAY = /^(08...|53300|57P0[1-3])$/;
// pg gives these no code.
const MESSAGES_AWAY =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered)/;

/** Whether the error says that Postgres is away: trying again later helps, and nothing here is broken. */
export function isDatabaseAway(error: unknown): boolean {
  const code = sqlState(error);
  if (code !== undefined && (SOCKET_ERRORS.has(code) || SQLSTATES_AWAY.test(code))) return true;
  // A host with several addresses fails with one error per address.
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  return error instanceof Error && MESSAGES_AWAY.test(error.message);
}
