// Collects the structured facts about a failed call, whatever threw it. The classifier decides from these alone.
import { DamagedStream, StreamFailure } from "./answer-reader.ts";
import { type FailureBody, readBody } from "./failure-body.ts";
import { numberOf, objectOf, textOf } from "./untrusted-json.ts";

export interface FailureFacts extends FailureBody {
  /** HTTP status, or the one that a provider put into an error inside the stream; null if the call got no answer. */
  readonly status: number | null;
  /** Codes of the error and its causes (`ECONNRESET`, `UND_ERR_SOCKET`), in upper case. */
  readonly transport_codes: readonly string[];
  /** The provider's words, or those of the error and its causes. */
  readonly text: string;
  /** The body was a web page: something in front of the provider answered. */
  readonly is_web_page: boolean;
  readonly is_stream_failure: boolean;
  readonly is_damaged: boolean;
  /** A header of the answer; null if missing. */
  readonly header: (name: string) => string | null;
}

/** How deep causes are followed. They may form a circle. */
const causesMax = 6;

/** Reads the facts from an SDK error, an error event of a stream, or a transport error. */
export function readFailure(error: unknown): FailureFacts {
  const chain = causesOf(error);
  const fields = objectOf(error) ?? {};
  const body = readBody(error instanceof StreamFailure ? error.body : fields["error"]);
  const http = numberOf(fields["status"]);
  const text = body.text || chain.map((each) => each.message).join(": ");
  return {
    ...body,
    status: http ?? body.status,
    transport_codes: chain.flatMap((each) => transportCodes(each)),
    text: isWebPage(text) ? pageTitle(text) : text.replace(/^\d{3} /, ""),
    is_web_page: isWebPage(text),
    is_stream_failure: error instanceof StreamFailure,
    is_damaged: error instanceof DamagedStream || (error instanceof SyntaxError && http === null),
    header: (name) => headerOf(fields["headers"], name),
  };
}

function causesOf(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  let next: unknown = error;
  while (next instanceof Error && chain.length < causesMax && !chain.includes(next)) {
    chain.push(next);
    // A refused dual-stack connection is an AggregateError with the codes inside.
    next = next.cause ?? (next instanceof AggregateError ? next.errors[0] : undefined);
  }
  return chain;
}

function transportCodes(error: Error): readonly string[] {
  const code = textOf(objectOf(error)?.["code"]);
  return [code, error.name].filter((each) => each !== "").map((each) => each.toUpperCase());
}

function headerOf(headers: unknown, name: string): string | null {
  return headers instanceof Headers || hasGet(headers) ? headers.get(name) : null;
}

function hasGet(value: unknown): value is { get(name: string): string | null } {
  return (
    typeof objectOf(value)?.["get"] === "function" || typeof (value as Headers | null)?.get === "function"
  );
}

function isWebPage(text: string): boolean {
  return /^\s*(\d{3}\s+)?(<!--[\s\S]*?-->\s*)*<(!doctype html|html|head|body)\b/i.test(text);
}

/** What a web page says: its title, or else its text without tags. */
export function pageTitle(page: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(page)?.[1];
  return title ?? page.replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, " ").replace(/<[^>]*>/g, " ");
}
