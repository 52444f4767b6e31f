// Workspaces: drivers make the place. This file: calls of the container engine's HTTP API; what the calls mean is the
// driver's business. The API is described by the engine's own OpenAPI document; tests check both sides against it.
import type { IncomingMessage, RequestOptions } from "node:http";
import * as z from "zod";
import { WorkspaceError } from "../../../driver.ts";
import { parseEngineHost } from "./engine-address.ts";
import {
  asError,
  connectionError,
  type EngineCall,
  parseJson,
  readBytes,
  sendCall,
} from "./engine-request.ts";
import { type ApiVersion, chooseApiVersion } from "./engine-version.ts";

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

// Asked without a version in front, as only the answer says which there are.
const unversionedPaths: readonly string[] = ["/version", "/_ping"];

/** `dockerHost` as in DOCKER_HOST. Throws `sandbox_missing` when it cannot be understood; nothing is connected yet. */
export function createEngineClient(dockerHost: string): EngineClient {
  return new HttpEngineClient(dockerHost);
}

class HttpEngineClient implements EngineClient {
  readonly host: string;
  readonly isThisMachine: boolean;
  readonly #connection: RequestOptions;
  #negotiated: Promise<ApiVersion> | null = null;

  constructor(dockerHost: string) {
    const address = parseEngineHost(dockerHost);
    this.host = dockerHost;
    this.isThisMachine = "socketPath" in address || address.isThisMachine;
    this.#connection =
      "socketPath" in address
        ? // Node would send the socket's path as the Host header otherwise, which newer engines refuse.
          { socketPath: address.socketPath, headers: { host: "docker" } }
        : { host: address.host, port: address.port };
  }

  json<T>(call: EngineCall, schema: z.ZodType<T>): Promise<T> {
    return this.#use(call, async (response) => parseAnswer(call, schema, await readBytes(response)));
  }

  async done(call: EngineCall): Promise<void> {
    await this.#use(call, readBytes);
  }

  bytes(call: EngineCall): Promise<Buffer> {
    return this.#use(call, readBytes);
  }

  async *stream(call: EngineCall): AsyncGenerator<Buffer> {
    try {
      for await (const chunk of (await this.#open(call)) as AsyncIterable<Buffer>) yield chunk;
    } catch (error) {
      throw this.#inWords(error, call);
    }
  }

  version(signal?: AbortSignal): Promise<ApiVersion> {
    // Asked again after a failure: an engine that was down may come back as another version.
    this.#negotiated ??= this.#askVersion().catch((error: unknown) => {
      this.#negotiated = null;
      throw error;
    });
    return waitFor(this.#negotiated, signal);
  }

  async #askVersion(): Promise<ApiVersion> {
    return chooseApiVersion(parseJson(await this.bytes({ method: "GET", path: "/version" })));
  }

  async #open(call: EngineCall): Promise<IncomingMessage> {
    const isVersioned = !unversionedPaths.includes(call.path);
    const prefix = isVersioned ? `/v${(await this.version(call.signal)).api}` : "";
    call.signal?.throwIfAborted();
    const query = call.query === undefined ? "" : `?${new URLSearchParams(call.query).toString()}`;
    return sendCall(call, { ...this.#connection, path: `${prefix}${call.path}${query}` });
  }

  /** Opens the call and reads its answer, with every failure of the connection in words. */
  async #use<T>(call: EngineCall, read: (response: IncomingMessage) => Promise<T>): Promise<T> {
    try {
      return await read(await this.#open(call));
    } catch (error) {
      throw this.#inWords(error, call);
    }
  }

  #inWords(error: unknown, call: EngineCall): Error {
    if (call.signal?.aborted === true) return asError(call.signal.reason);
    if (error instanceof WorkspaceError) return error;
    this.#negotiated = null;
    return connectionError(asError(error), this.host, `${call.method} ${call.path}`);
  }
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
