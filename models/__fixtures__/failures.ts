// Failures as they arrive over the wire or from the transport, for the table of the error classifier.
import type { ErrorKind } from "../../core/chat/error-kind.ts";
import type { Dialect } from "../provider.ts";

/**
 * Where a call failed: at an HTTP status, inside a stream that started well, below HTTP before or during the answer, or
 * above HTTP.
 */
export type Failure =
  | { readonly type: "http"; readonly dialect: Dialect; readonly status: number; readonly body: string; readonly headers: Readonly<Record<string, string>> }
  | { readonly type: "stream"; readonly dialect: Dialect; readonly body: string }
  | { readonly type: "connect"; readonly error: Error }
  | { readonly type: "cut"; readonly error: Error }
  | { readonly type: "thrown"; readonly error: unknown };

/** `source` says where the body, or its form, was seen. */
export type FailureRow = readonly [
  name: string,
  source: string,
  failure: Failure,
  kind: ErrorKind,
  retryable: boolean,
  status?: number | null,
];

type Body = object | string;

const textOf = (body: Body): string => (typeof body === "string" ? body : JSON.stringify(body));

/** An answer of Chat Completions with an error status. */
export function chat(status: number, body: Body, headers: Readonly<Record<string, string>> = {}): Failure {
  return { type: "http", dialect: "openai-chat", status, body: textOf(body), headers };
}

export function responses(status: number, body: Body): Failure {
  return { type: "http", dialect: "openai-responses", status, body: textOf(body), headers: {} };
}

export function messages(status: number, body: Body, headers: Readonly<Record<string, string>> = {}): Failure {
  return { type: "http", dialect: "anthropic", status, body: textOf(body), headers };
}

/** Anthropic's own wrapping of an error. */
export function anthropicError(status: number, type: string, message: string): Failure {
  return messages(status, { type: "error", error: { type, message }, request_id: "req_011CQ" });
}

/** The same with the finer code in the details. */
export function anthropicLimit(error_code: string): Failure {
  return messages(429, { type: "error", error: { type: "rate_limit_error", message: "limit", details: { error_code } } });
}

/** OpenAI's own wrapping of an error. */
export function openAiError(status: number, error: object): Failure {
  return chat(status, { error: { param: null, code: null, ...error } });
}

const CHAT_BEGUN = 'data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Par"}}]}\n\n';
const MESSAGES_BEGUN =
  'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","model":"m","usage":{"input_tokens":1,"output_tokens":1}}}\n\n';
const RESPONSES_BEGUN =
  'event: response.created\ndata: {"type":"response.created","response":{"id":"resp_1","model":"m","status":"in_progress"}}\n\n';

/** A stream of Chat Completions that started and then contained exactly this. */
export function chatStream(rest: string): Failure {
  return { type: "stream", dialect: "openai-chat", body: CHAT_BEGUN + rest };
}

/** The same, where the rest is one event with these data. */
export function chatEvent(data: Body): Failure {
  return chatStream(`data: ${textOf(data)}\n\n`);
}

export function responsesEvent(data: { readonly type: string; readonly [field: string]: unknown }): Failure {
  return { type: "stream", dialect: "openai-responses", body: `${RESPONSES_BEGUN}event: ${data.type}\ndata: ${textOf(data)}\n\n` };
}

export function messagesEvent(error: object): Failure {
  const data = textOf({ type: "error", error, request_id: null });
  return { type: "stream", dialect: "anthropic", body: `${MESSAGES_BEGUN}event: error\ndata: ${data}\n\n` };
}

const coded = (code: string, message = code): Error => Object.assign(new Error(message), { code });

/** How undici fails before an answer: a bare TypeError with the reason as its cause. */
export function connect(code: string, message?: string): Failure {
  return { type: "connect", error: new TypeError("fetch failed", { cause: coded(code, message) }) };
}

/** How undici fails during the body. */
export function cut(code: string, message?: string): Failure {
  return { type: "cut", error: new TypeError("terminated", { cause: coded(code, message) }) };
}

export const thrown = (error: unknown): Failure => ({ type: "thrown", error });

/** nginx's built-in page for a status. */
export function nginxPage(title: string): string {
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/1.27.3</center>\r\n</body>\r\n</html>\r\n`;
}

/** Cloudflare's page for an error of the server behind it. */
export function cloudflarePage(status: number, words: string): string {
  return `<!DOCTYPE html>\n<!--[if lt IE 7]> <html class="no-js ie6 oldie" lang="en-US"> <![endif]-->\n<html lang="en-US"><head><title>api.example.com | ${status}: ${words}</title></head><body><div id="cf-error-details"><h1>${words}</h1><span class="code-label">Error code ${status}</span></div></body></html>`;
}
