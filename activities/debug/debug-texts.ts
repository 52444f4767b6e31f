// What a debug run keeps of a call: bounded, and without secrets.
import { debugBodyBytesMax } from "../../core/chat/limits.ts";
import type { DebugStatus } from "../../core/debug-run.ts";
import type { ModelRequest } from "../../models/provider.ts";
import type { RecordedExchange } from "../../models/recording/recorded-exchange.ts";
import { redactJson, storableText } from "../../models/recording/redact-json.ts";
import type { DebugAttemptRecord } from "../../store/debug/write-debug-calls.ts";

export interface BoundRequest {
  readonly shown: object;
  /** About what it holds in memory. */
  readonly bytes: number;
  readonly messages: number;
  readonly tools: number;
}

/** A system prompt is shown up to this many characters; the HTTP body has it, too. */
const systemCharsMax = 64 * 1024;

/** The request as it was given to the adapter: the newest messages whole, as many as fit. Tools by their names. */
export function boundRequest(request: ModelRequest): BoundRequest {
  const { model, system, messages, tools, config, replay_full_history, prefill } = request;
  let bytes = Math.min(system.length, systemCharsMax);
  let first = messages.length;
  while (first > 0) {
    const more = jsonBytes(messages[first - 1]);
    if (bytes + more > debugBodyBytesMax) break;
    bytes += more;
    first--;
  }
  const shown = {
    model,
    config,
    system: system.length > systemCharsMax ? `${system.slice(0, systemCharsMax)}\n[cut]` : system,
    ...(first > 0 && { messages_left_out: first }),
    messages: messages.slice(first),
    tools: tools.map((tool) => tool.name),
    ...(replay_full_history === true && { replay_full_history }),
    // What it was to go on with stands in the HTTP body, and is the beginning of the answer.
    ...(prefill !== undefined && { prefill_chars: prefill.text.length }),
  };
  return { shown, bytes, messages: messages.length, tools: tools.length };
}

/** JSON text for a column, without secrets. */
export function jsonText(value: unknown, secrets: readonly string[]): string {
  return JSON.stringify(redactJson(value, secrets));
}

/** An answer, its content left out when it is longer than a body may be: the HTTP body shows its beginning. */
export function responseText(response: { readonly content: unknown }, secrets: readonly string[]): string {
  const bytes = jsonBytes(response.content);
  if (bytes <= debugBodyBytesMax) return jsonText(response, secrets);
  return jsonText({ ...response, content: null, content_left_out: `${bytes} bytes` }, secrets);
}

interface AttemptOf {
  readonly call: string;
  readonly seq: number;
  readonly callStatus: DebugStatus;
  readonly at: string | null;
}

/** An HTTP call that nobody read to its end has the status of its model call. */
export function attemptRecord(exchange: RecordedExchange, of: AttemptOf): DebugAttemptRecord {
  const { end, url, method, started_at, response_status } = exchange;
  const status = end === "completed" || end === "error" ? end : of.callStatus;
  return {
    call: of.call,
    seq: of.seq,
    status,
    method,
    url: storable(url),
    request_headers: JSON.stringify(exchange.request_headers),
    request_body: storable(exchange.request_body),
    response_status,
    response_headers: exchange.response_headers === null ? null : JSON.stringify(exchange.response_headers),
    response_body: storable(exchange.response_body),
    error: storable(exchange.error),
    started_at,
    finished_at: exchange.finished_at ?? of.at,
  };
}

function storable<T extends string | null>(text: T): T {
  return (text === null ? null : storableText(text)) as T;
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? "");
}
