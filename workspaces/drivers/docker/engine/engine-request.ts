// Workspaces: drivers make the place. This file: one call of the container engine over node:http, and every way it can fail
// in words. What is called, and in which version of the API, is the client's business.
import { type IncomingMessage, type RequestOptions, request as startRequest } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as z from "zod";
import { WorkspaceError } from "../../../driver.ts";

export interface EngineCall {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  /** Without the version: `/containers/create`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it comes, as an archive. */
  readonly archive?: AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
  /** Silence after which the engine counts as gone. */
  readonly silenceMaxMs?: number;
}

/** The engine's answer with a status of 400 or more: an expected failure in the engine's own words. */
export class EngineError extends WorkspaceError {
  readonly status: number;
  constructor(status: number, words: string) {
    super("driver_failed", words);
    this.name = "EngineError";
    this.status = status;
  }
}

// An engine under load takes a while to make a container; one that says nothing for a minute is stuck.
const silenceMaxMsDefault = 60_000;
// Descriptions of containers are some KiB; lists of them some MiB. More is not an answer but a mistake.
const answerBytesMax = 16 * 1024 * 1024;
// As much of an error that is not JSON as a person reads.
const plainErrorCharsMax = 500;

const errorAnswer = z.object({ message: z.string() });

/** Sends a call and gives an answer that is no refusal; its body is still to be read. Throws EngineError, or as `node:http`. */
export async function sendCall(call: EngineCall, options: RequestOptions): Promise<IncomingMessage> {
  const response = await send(call, options);
  if ((response.statusCode ?? 0) >= 400) throw await refusal(call, response);
  return response;
}

function send(call: EngineCall, options: RequestOptions): Promise<IncomingMessage> {
  const silenceMaxMs = call.silenceMaxMs ?? silenceMaxMsDefault;
  const json = call.body === undefined ? null : Buffer.from(JSON.stringify(call.body));
  const headers: Record<string, string> = { ...(options.headers as Record<string, string> | undefined) };
  if (json !== null) headers["content-type"] = "application/json";
  if (json !== null) headers["content-length"] = String(json.length);
  if (call.archive !== undefined) headers["content-type"] = "application/x-tar";
  return new Promise((resolve, reject) => {
    const request = startRequest({
      ...options,
      method: call.method,
      headers,
      // A connection per call: engines are near, and a kept one may die under the next call.
      agent: false,
      ...(call.signal !== undefined && { signal: call.signal }),
    });
    request.setTimeout(silenceMaxMs, () =>
      request.destroy(
        new WorkspaceError(
          "driver_failed",
          `The container engine said nothing for ${silenceMaxMs} ms (${call.method} ${call.path}).`,
        ),
      ),
    );
    request.on("error", reject);
    request.on("response", resolve);
    if (call.archive === undefined) request.end(json ?? undefined);
    // An engine may answer with a refusal before it has taken everything: then the answer has come already.
    else pipeline(Readable.from(sourceOf(call.archive)), request).catch(reject);
  });
}

/** What cannot be read on this machine is no fault of the connection. */
async function* sourceOf(archive: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* archive;
  } catch (error) {
    throw new WorkspaceError(
      "driver_failed",
      `What should be sent cannot be read: ${asError(error).message}`,
    );
  }
}

export async function readBytes(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > answerBytesMax)
      throw new WorkspaceError(
        "driver_failed",
        `The container engine's answer is over ${answerBytesMax} bytes.`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function refusal(call: EngineCall, response: IncomingMessage): Promise<EngineError> {
  const status = response.statusCode ?? 0;
  const text = await readBytes(response);
  return new EngineError(
    status,
    `The container engine refused ${call.method} ${call.path} (${status}): ${wordsOf(text)}`,
  );
}

/** Null for what is no JSON. */
export function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return null;
  }
}

function wordsOf(text: Buffer): string {
  const said = errorAnswer.safeParse(parseJson(text));
  return said.success
    ? said.data.message
    : text.toString().trim().slice(0, plainErrorCharsMax) || "no reason given";
}

const nobodyListens = new Set([
  "ENOENT",
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** Why a connection failed, in words: an engine that is not there is told from one that was lost. */
export function connectionError(error: NodeJS.ErrnoException, host: string, what: string): WorkspaceError {
  if (nobodyListens.has(error.code ?? ""))
    return new WorkspaceError(
      "sandbox_missing",
      `No container engine answers at ${host} (${error.code}). Start Docker, or set DOCKER_HOST to where it listens.`,
    );
  if (error.code === "EACCES" || error.code === "EPERM")
    return new WorkspaceError(
      "sandbox_missing",
      `This user may not talk to the container engine at ${host} (${error.code}). Add the user to the group that owns the socket.`,
    );
  return new WorkspaceError(
    "driver_failed",
    `The connection to the container engine at ${host} failed (${what}): ${error.message}`,
  );
}

export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
