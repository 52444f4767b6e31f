// HTTP for the agent: the token, bodies, answers and errors.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { AgentError, statusOf } from "../agent-error.ts";
import { requestTimeoutMs } from "../agent-limits.ts";
import { encodeFrame, type Frame } from "./frames.ts";
import { Doorkeeper } from "./proof.ts";
import {
  bytesType,
  followPingMs,
  framesType,
  idempotencyKeyHeader,
  idleConnectionMs,
  jsonType,
  requestBytesMax,
} from "./protocol.ts";
import { keySchema, readRequest } from "./requests.ts";
import type { AgentAnswer, FindHandler } from "./routes.ts";

export interface AgentServerParts {
  readonly token: string;
  /** Requests wait for it. */
  readonly findHandler: Promise<FindHandler>;
  /** Writes a line about a fault of the agent. */
  readonly log: (line: string) => void;
}

export function createAgentServer(parts: AgentServerParts): Server {
  const door = new Doorkeeper(parts.token);
  const server = createServer((request, response) => {
    // A client that goes away breaks its own request only.
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    if (door.greet(request, response)) return;
    const given = door.isAuthorized(request) ? answer(parts, request, response) : Promise.reject(stranger());
    given.catch((error: unknown) => sendError(response, known(error, parts)));
  });
  server.requestTimeout = requestTimeoutMs;
  server.keepAliveTimeout = idleConnectionMs;
  server.on("clientError", (_error, socket) => {
    if (!socket.writable) return socket.destroy();
    const body = JSON.stringify(errorAnswer(new AgentError("bad_request", "This is no HTTP request.")));
    return socket.end(
      `HTTP/1.1 400 Bad Request\r\ncontent-type: ${jsonType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    );
  });
  return server;
}

function stranger(): AgentError {
  return new AgentError("unauthorized", "This connection has not proven that it knows the token.");
}

async function answer(
  { findHandler }: AgentServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", url = "/" } = request;
  const [path = "/", search = ""] = url.split("?", 2);
  const handler = (await findHandler)(method, path);
  if (handler === null) throw new AgentError("not_found", `There is no ${method} ${path}.`);
  const body = method === "GET" ? null : await readGiven(request);
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const given = await handler({
    body,
    query: Object.fromEntries(new URLSearchParams(search)),
    effectKey: effectKeyOf(request),
    signal: gone.signal,
  });
  await send(response, given, gone.signal);
}

function effectKeyOf(request: IncomingMessage): string | null {
  const given = request.headers[idempotencyKeyHeader];
  return given === undefined ? null : readRequest(keySchema, given, "Idempotency-Key");
}

async function readGiven(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBody(request);
  if (request.headers["content-type"] === bytesType) return bytes;
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new AgentError("bad_request", `The body is no JSON: ${(error as Error).message}`);
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = () =>
    new AgentError("bad_request", `The request is larger than ${requestBytesMax} bytes.`);
  if (Number(request.headers["content-length"] ?? 0) > requestBytesMax) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    // The rest is read and dropped, so that the client gets to read the answer.
    if (bytes > requestBytesMax) reject(tooLarge());
    else chunks.push(chunk);
  });
  request.on("end", resolve);
  request.on("close", () => reject(new AgentError("bad_request", "The request was broken off.")));
  await promise;
  return Buffer.concat(chunks);
}

async function send(response: ServerResponse, given: AgentAnswer, gone: AbortSignal): Promise<void> {
  switch (given.type) {
    case "json":
      sendBytes(response, 200, { bytes: Buffer.from(JSON.stringify(given.value)), contentType: jsonType });
      return;
    case "bytes":
      sendBytes(response, 200, given);
      return;
    case "frames":
      await sendFrames(response, given.frames, gone);
  }
}

function sendBytes(
  response: ServerResponse,
  status: number,
  body: { readonly bytes: Uint8Array; readonly contentType: string },
): void {
  response.writeHead(status, { "content-type": body.contentType, "content-length": body.bytes.length });
  response.end(body.bytes);
}

/** Sends as fast as the client reads: a slow client delays only itself. */
async function sendFrames(
  response: ServerResponse,
  frames: AsyncIterable<Frame>,
  gone: AbortSignal,
): Promise<void> {
  response.writeHead(200, { "content-type": framesType });
  response.flushHeaders();
  let isSilent = true;
  const ping = setInterval(() => {
    if (isSilent && !response.writableNeedDrain) response.write(encodeFrame({ type: "ping" }));
    isSilent = true;
  }, followPingMs);
  try {
    for await (const frame of frames) {
      isSilent = false;
      if (!response.write(encodeFrame(frame))) await once(response, "drain", { signal: gone });
    }
    response.end();
  } catch (error) {
    if (!gone.aborted) throw error;
  } finally {
    clearInterval(ping);
  }
}

function known(error: unknown, { log }: AgentServerParts): AgentError {
  if (error instanceof AgentError) return error;
  log(`a call failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return new AgentError("internal", "The agent failed; its log has more.");
}

function sendError(response: ServerResponse, error: AgentError): void {
  if (response.destroyed) return;
  if (response.headersSent) {
    const frame: Frame = { type: "error", error: errorAnswer(error).error };
    response.end(encodeFrame(frame));
    return;
  }
  const bytes = Buffer.from(JSON.stringify(errorAnswer(error)));
  sendBytes(response, statusOf(error.code), { bytes, contentType: jsonType });
}

function errorAnswer({ code, message, hint }: AgentError) {
  return { error: { code, message, ...(hint !== undefined && { hint }) } };
}
