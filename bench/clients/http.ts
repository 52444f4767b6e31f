// HTTP with as little work of our own as possible, so that the client is not what is measured: it keeps connections and
// cuts frames without parsing what it does not need.
import { Agent, type IncomingMessage, request } from "node:http";
import { now } from "../clock.ts";

const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

export interface Call {
  readonly url: string;
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface SseConnection {
  /** Closes the socket. */
  close(): void;
  /** Resolves when the stream has ended, whoever ended it. Rejects if it was refused. */
  readonly ended: Promise<void>;
}

/** Calls and returns the body as JSON; null if it is empty. Throws unless the status is 2xx. */
export async function callJson<T>(call: Call): Promise<T> {
  const response = await send(call);
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  if (!isGood(response)) throw new Error(`${call.url} answered ${response.statusCode}: ${text}`);
  return (text === "" ? null : JSON.parse(text)) as T;
}

/**
 * Opens a stream of server-sent events. `onFrame` gets each frame as text, with the time at which its last byte was
 * read.
 */
export function openSse(call: Call, onFrame: (frame: string, at: number) => void): SseConnection {
  const closing = new AbortController();
  const ended = follow(call, closing.signal, onFrame).catch((error: unknown) => {
    if (!closing.signal.aborted) throw error;
  });
  // If you wait for the end, you learn of a refusal. You need not wait.
  ended.catch(() => undefined);
  return { close: () => closing.abort(), ended };
}

async function follow(call: Call, signal: AbortSignal, onFrame: (frame: string, at: number) => void) {
  const response = await send(call, signal);
  if (!isGood(response)) throw new Error(`${call.url} answered ${response.statusCode}`);
  let rest = "";
  response.setEncoding("utf8").on("data", (chunk: string) => {
    const at = now();
    rest += chunk;
    let from = 0;
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n", from)) {
      onFrame(rest.slice(from, end), at);
      from = end + 2;
    }
    rest = rest.slice(from);
  });
  await new Promise<void>((resolve, reject) => {
    response.on("end", resolve).on("error", reject).on("close", resolve);
  });
}

function send(call: Call, signal?: AbortSignal): Promise<IncomingMessage> {
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  return new Promise((resolve, reject) => {
    const sent = request(call.url, {
      agent,
      method: call.method ?? "GET",
      headers: { ...call.headers, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(signal && { signal }),
    });
    sent.on("response", resolve).on("error", reject);
    sent.setNoDelay(true);
    sent.end(body);
  });
}

function isGood({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}
