// Workspaces: drivers make the place. This file: calls of the container engine's HTTP API over node:http; what the calls
// mean is the driver's business. The API is described by the engine's own OpenAPI document; tests check both sides against it.
import { type IncomingMessage, type RequestOptions, request as startRequest } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as z from "zod";
import { WorkspaceError } from "../driver.ts";
import { parseEngineHost } from "./engine-address.ts";
import { type ApiVersion, chooseApiVersion } from "./engine-version.ts";

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

export interface EngineClient {
  /** Where the engine was looked for. */
  readonly host: string;
  /** Whether published ports of the engine can be reached at this machine's loopback address. */
  readonly isThisMachine: boolean;
  /** Sends one call. Throws EngineError; `sandbox_missing` when no engine listens; the signal's reason when aborted. */
  json<T>(call: EngineCall, schema: z.ZodType<T>): Promise<T>;
  /** As `json`, without reading an answer. */
  done(call: EngineCall): Promise<void>;
  bytes(call: EngineCall): Promise<Buffer>;
  /** Pieces of an answer as they come. */
  stream(call: EngineCall): AsyncIterable<Buffer>;
  version(signal?: AbortSignal): Promise<ApiVersion>;
}

// An engine under load takes a while to make a container; one that says nothing for a minute is stuck.
const silenceMaxMsDefault = 60_000;
// Descriptions of containers are some KiB; lists of them some MiB. More is not an answer but a mistake.
const answerBytesMax = 16 * 1024 * 1024;
// As much of an error that is not JSON as a person reads.
const plainErrorCharsMax = 500;

const errorAnswer = z.object({ message: z.string() });

/** `dockerHost` as in DOCKER_HOST. Throws `sandbox_missing` when it cannot be understood; nothing is connected yet. */
export function createEngineClient(dockerHost: string): EngineClient {
  const address = parseEngineHost(dockerHost);
  const connection: RequestOptions =
    "socketPath" in address
      ? // Node would send the socket's path as the Host header otherwise, which newer engines refuse.
        { socketPath: address.socketPath, headers: { host: "docker" } }
      : { host: address.host, port: address.port };
  let negotiated: Promise<ApiVersion> | null = null;

  async function open(call: EngineCall): Promise<IncomingMessage> {
    const version =
      call.path === "/version" || call.path === "/_ping" ? null : await currentVersion(call.signal);
    call.signal?.throwIfAborted();
    const prefix = version === null ? "" : `/v${version.api}`;
    const query = call.query === undefined ? "" : `?${new URLSearchParams(call.query).toString()}`;
    const response = await send(call, { ...connection, path: `${prefix}${call.path}${query}` });
    if ((response.statusCode ?? 0) >= 400) throw await refusal(call, response);
    return response;
  }

  /** `open` and `read`, with every failure of the connection in words. */
  async function use<T>(call: EngineCall, read: (response: IncomingMessage) => Promise<T>): Promise<T> {
    try {
      return await read(await open(call));
    } catch (error) {
      throw inWords(error, call);
    }
  }

  function currentVersion(signal?: AbortSignal): Promise<ApiVersion> {
    // Asked again after a failure: an engine that was down may come back as another version.
    negotiated ??= ask().catch((error: unknown) => {
      negotiated = null;
      throw error;
    });
    return waitFor(negotiated, signal);
  }

  async function ask(): Promise<ApiVersion> {
    const answer = await use({ method: "GET", path: "/version" }, readBytes);
    return chooseApiVersion(parseJson(answer));
  }

  function inWords(error: unknown, call: EngineCall): Error {
    if (call.signal?.aborted === true) return asError(call.signal.reason);
    if (error instanceof WorkspaceError) return error;
    negotiated = null;
    return connectionError(asError(error), dockerHost, `${call.method} ${call.path}`);
  }

  return {
    host: dockerHost,
    isThisMachine: "socketPath" in address || address.isThisMachine,
    json: (call, schema) =>
      use(call, async (response) => parseAnswer(call, schema, await readBytes(response))),
    done: (call) => use(call, async (response) => void (await readBytes(response))),
    bytes: (call) => use(call, readBytes),
    async *stream(call) {
      try {
        for await (const chunk of (await open(call)) as AsyncIterable<Buffer>) yield chunk;
      } catch (error) {
        throw inWords(error, call);
      }
    },
    version: currentVersion,
  };
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

async function readBytes(response: IncomingMessage): Promise<Buffer> {
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

function parseAnswer<T>(call: EngineCall, schema: z.ZodType<T>, bytes: Buffer): T {
  try {
    return schema.parse(JSON.parse(bytes.toString()));
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : asError(error).message;
    throw new WorkspaceError(
      "driver_failed",
      `The container engine's answer to ${call.method} ${call.path} cannot be read: ${why}`,
    );
  }
}

async function refusal(call: EngineCall, response: IncomingMessage): Promise<EngineError> {
  const status = response.statusCode ?? 0;
  const text = await readBytes(response);
  return new EngineError(
    status,
    `The container engine refused ${call.method} ${call.path} (${status}): ${wordsOf(text)}`,
  );
}

function parseJson(bytes: Buffer): unknown {
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

function connectionError(error: NodeJS.ErrnoException, host: string, what: string): WorkspaceError {
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

/** What several callers wait for together is not ended by one of them giving up. */
function waitFor<T>(shared: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return shared;
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(asError(signal.reason));
    if (signal.aborted) giveUp();
    signal.addEventListener("abort", giveUp, { once: true });
    shared.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp));
  });
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
