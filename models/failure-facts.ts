// Models room: the structured facts of a failed call, whatever threw it. The classifier decides on these alone.
import { DamagedStream, StreamFailure } from "./answer-reader.ts";
import { numberOf, objectOf, textOf } from "./untrusted-json.ts";

export interface FailureFacts {
  /** HTTP status, or the one that a provider put into an in-stream error; null when the call got no answer. */
  readonly status: number | null;
  /** The provider's own codes and types, lower case: `code`, `type`, `status` of its error object. */
  readonly codes: readonly string[];
  /** Codes of the error and its causes (`ECONNRESET`, `UND_ERR_SOCKET`), upper case. */
  readonly transport_codes: readonly string[];
  /** The provider's words, or those of the error and its causes. */
  readonly text: string;
  /** The body was a web page: something in front of the provider answered. */
  readonly is_web_page: boolean;
  readonly is_stream_failure: boolean;
  readonly is_damaged: boolean;
  readonly retry_after: { readonly ms: string | null; readonly seconds_or_date: string | null };
  /** Tokens of context that the server says it has (llama.cpp's n_ctx). */
  readonly context_limit: number | null;
}

/** How deep causes and nested error objects are followed; both may be cyclic. */
const nestingMax = 6;

/** Reads the facts out of an SDK error, an error event of a stream, or a raw transport error. */
export function readFailure(error: unknown): FailureFacts {
  const chain = causesOf(error);
  const fields = objectOf(error) ?? {};
  const body = innermostError(error instanceof StreamFailure ? error.body : fields["error"]);
  const http = numberOf(fields["status"]);
  const text = wordsOf(body) || chain.map((each) => each.message).join(": ");
  return {
    status: http ?? statusIn(body),
    codes: codesOf(body),
    transport_codes: chain.flatMap((each) => transportCodes(each)),
    text: isWebPage(text) ? pageTitle(text) : text.replace(/^\d{3} /, ""),
    is_web_page: isWebPage(text),
    is_stream_failure: error instanceof StreamFailure,
    is_damaged: error instanceof DamagedStream || (error instanceof SyntaxError && http === null),
    retry_after: {
      ms: header(fields["headers"], "retry-after-ms"),
      seconds_or_date: header(fields["headers"], "retry-after"),
    },
    context_limit: numberOf(objectOf(body)?.["n_ctx"]),
  };
}

function causesOf(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  let next: unknown = error;
  while (next instanceof Error && chain.length < nestingMax && !chain.includes(next)) {
    chain.push(next);
    // A refused dual-stack connection is an AggregateError with the codes inside.
    next = next.cause ?? (next instanceof AggregateError ? next.errors[0] : undefined);
  }
  return chain;
}

function innermostError(body: unknown): unknown {
  let inner = body;
  for (let depth = 0; depth < nestingMax; depth++) {
    const nested = objectOf(inner)?.["error"];
    if (nested === undefined || nested === null) break;
    inner = nested;
  }
  return inner;
}

function wordsOf(body: unknown): string {
  if (typeof body === "string") return body;
  const fields = objectOf(body);
  if (fields === null) return "";
  const words = fields["message"] ?? fields["detail"] ?? fields["error_description"] ?? fields["msg"];
  if (words === undefined || words === null)
    return Object.keys(fields).length > 0 ? JSON.stringify(fields) : "";
  return typeof words === "string" ? words : JSON.stringify(words);
}

function statusIn(body: unknown): number | null {
  const fields = objectOf(body);
  for (const value of [fields?.["status"], fields?.["status_code"], fields?.["code"]]) {
    const status = Number(value);
    if (Number.isInteger(status) && status >= 400 && status <= 599) return status;
  }
  return null;
}

function codesOf(body: unknown): readonly string[] {
  const fields = objectOf(body);
  // Anthropic's finer code stands in the details.
  const finer = objectOf(fields?.["details"])?.["error_code"];
  return [finer, fields?.["code"], fields?.["type"], fields?.["status"]]
    .map((value) => textOf(value).toLowerCase())
    .filter((code) => code !== "");
}

function transportCodes(error: Error): readonly string[] {
  const code = textOf(objectOf(error)?.["code"]);
  return [code, error.name].filter((each) => each !== "").map((each) => each.toUpperCase());
}

function header(headers: unknown, name: string): string | null {
  return headers instanceof Headers || hasGet(headers) ? headers.get(name) : null;
}

function hasGet(value: unknown): value is { get(name: string): string | null } {
  return (
    typeof objectOf(value)?.["get"] === "function" || typeof (value as Headers | null)?.get === "function"
  );
}

function isWebPage(text: string): boolean {
  return /^\s*(\d{3}\s+)?<(!doctype html|html|head|body)\b/i.test(text);
}

/** What a web page says: its title, else its text without tags. */
export function pageTitle(page: string): string {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(page)?.[1];
  return title ?? page.replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, " ").replace(/<[^>]*>/g, " ");
}
