// HTTP bodies in and out, bounded.
import type { IncomingMessage, ServerResponse } from "node:http";
import { CallRefused } from "./request/model-call.ts";

/** Requests hold whole chats; more than the real services take is a mistake of the caller. */
const bodyBytesMax = 32 * 1024 * 1024;

export interface JsonReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a whole answer, unless one has begun or the caller is gone. */
export function sendJson(res: ServerResponse, { status, body, headers }: JsonReply): void {
  if (res.headersSent || res.destroyed) return;
  const text = JSON.stringify(body);
  res.writeHead(status, {
    ...headers,
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  res.end(text);
}

/** The whole body as JSON. Throws `CallRefused`: 413 when it is too large, 400 when it is not JSON. */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) throw new CallRefused(413, "the request is too large");
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new CallRefused(400, "the request body is not JSON");
  }
}
