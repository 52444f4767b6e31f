// What can go wrong with a call: the server refuses it, or no answer arrives.

/** A field of the request that is at fault. */
export interface FieldProblem {
  readonly path: string;
  readonly message: string;
}

/** The server answered with a refusal. `code` is stable; `message` is for people. */
export class EverturnError extends Error {
  override readonly name = "EverturnError";
  readonly status: number;
  /** Such as `chat_not_found`; `unknown` where something between you and the server answered. */
  readonly code: string;
  readonly detail: string | null;
  readonly errors: readonly FieldProblem[];
  /** Names the request in the server's log. */
  readonly requestId: string | null;
  /** When the server says to try again, in milliseconds from the answer. */
  readonly retryAfterMs: number | null;
  /** Of `usage_limit_reached`: when the period ends. */
  readonly resetsAt: string | null;

  constructor(answer: RefusedAnswer) {
    super(answer.detail ?? answer.title);
    this.status = answer.status;
    this.code = answer.code;
    this.detail = answer.detail;
    this.errors = answer.errors;
    this.requestId = answer.requestId;
    this.retryAfterMs = answer.retryAfterMs;
    this.resetsAt = answer.resetsAt;
  }
}

interface RefusedAnswer {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string | null;
  readonly errors: readonly FieldProblem[];
  readonly requestId: string | null;
  readonly retryAfterMs: number | null;
  readonly resetsAt: string | null;
}

/** No answer arrived, or it broke off: the server is away, or the connection is. */
export class EverturnNetworkError extends Error {
  override readonly name = "EverturnNetworkError";

  constructor(what: string, cause: unknown) {
    super(`${what}: ${wordsOf(cause)}`, { cause });
  }
}

/** A stream sent something that is not an event of it. */
export class EverturnStreamError extends Error {
  override readonly name = "EverturnStreamError";
}

/** Node hides the reason behind "fetch failed". */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== "" ? error.cause.message : error.message;
}

const bodyCharsMax = 100_000;

/** The error of an answer that is not a success. */
export async function refusalOf(response: Response): Promise<EverturnError> {
  const text = (await response.text().catch(() => "")).slice(0, bodyCharsMax);
  const body = parsedObject(text);
  const words = (name: string) => (typeof body[name] === "string" ? body[name] : null);
  return new EverturnError({
    status: response.status,
    code: words("code") ?? "unknown",
    title: words("title") ?? `The server answered ${response.status} ${response.statusText}`.trim(),
    detail: words("detail"),
    errors: fieldProblems(body["errors"]),
    requestId: response.headers.get("x-request-id"),
    retryAfterMs: retryAfterMs(response.headers.get("retry-after"), Date.now()),
    resetsAt: words("resets_at"),
  });
}

function parsedObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function fieldProblems(value: unknown): readonly FieldProblem[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (each): each is FieldProblem => typeof each?.path === "string" && typeof each?.message === "string",
  );
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
export function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null || header.trim() === "") return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return seconds < 0 ? null : Math.round(seconds * 1000);
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
