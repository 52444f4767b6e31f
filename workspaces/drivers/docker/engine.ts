// The container engine, by dockerode: every failure in words, and every answer checked.
import { Agent } from "node:http";
import type Docker from "dockerode";
import * as z from "zod";
import { raced } from "../../../platform/raced.ts";
import { WorkspaceError } from "../../driver.ts";
import { engineOptions, usualHost } from "./engine-host.ts";

/** The engine refused a call: an expected failure in the engine's own words. */
export class EngineError extends WorkspaceError {
  readonly status: number;
  constructor(status: number, words: string) {
    super("driver_failed", words);
    this.name = "EngineError";
    this.status = status;
  }
}

export interface EngineCall<Answer> {
  /** What is asked, to go on after "The container engine refused to". */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
  /** The shape of the answer. */
  readonly answer: z.ZodType<Answer>;
  /** `options` is for the call: it ends the call with the signal. */
  run(docker: Docker, options: CallOptions): Promise<unknown>;
}

export interface CallOptions {
  readonly abortSignal?: AbortSignal;
}

/** For answers that nobody reads. */
export const anything = z.unknown();

export interface EnginePlatform {
  readonly os: string;
  /** In Go's words: `amd64`, `arm64`. */
  readonly arch: string;
}

interface Connected extends EnginePlatform {
  /** Of the API: `v1.54`. */
  readonly version: string;
}

export class Engine {
  /** Where it was looked for. */
  readonly host: string;
  readonly #options: Docker.DockerOptions;
  #connected: Promise<Connected> | null = null;

  /** Throws `sandbox_missing` when `host` cannot be understood. Nothing is connected before the first call. */
  constructor(host: string = usualHost()) {
    this.host = host;
    this.#options = engineOptions(host);
  }

  /** Throws EngineError; `sandbox_missing` when no engine listens; the signal's reason when it was aborted. */
  async call<Answer>(call: EngineCall<Answer>): Promise<Answer> {
    const { what, signal, answer } = call;
    try {
      const { version } = await raced(this.#connect(), signal);
      signal?.throwIfAborted();
      const options = signal === undefined ? {} : { abortSignal: signal };
      const asked = ask({ ...this.#options, version }, (docker) => call.run(docker, options));
      const given = await raced(asked, signal);
      const parsed = answer.safeParse(given);
      if (parsed.success) return parsed.data;
      throw new WorkspaceError(
        "driver_failed",
        `The container engine was asked to ${what}, and its answer cannot be read: ${z.prettifyError(parsed.error)}`,
      );
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      throw this.inWords(error, what);
    }
  }

  async platform(signal?: AbortSignal): Promise<EnginePlatform> {
    try {
      return await raced(this.#connect(), signal);
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      throw this.inWords(error, "say its version");
    }
  }

  /** What a call threw, or a stream that it gave. */
  inWords(error: unknown, what: string): Error {
    if (error instanceof WorkspaceError) return error;
    const { statusCode: status, json, message } = error as Refusal;
    if (status !== undefined) {
      const said = refusal.safeParse(json);
      const words = said.success ? said.data.message : message.trim();
      return new EngineError(status, `The container engine refused to ${what} (${status}): ${words}`);
    }
    // It may come back as another version.
    this.#connected = null;
    return connectionError(error as NodeJS.ErrnoException, this.host, what);
  }

  #connect(): Promise<Connected> {
    this.#connected ??= connect(this.#options).catch((error: unknown) => {
      this.#connected = null;
      throw error;
    });
    return this.#connected;
  }
}

/** Null for what the engine does not have. */
export async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  return answer.catch(unless(404, null));
}

/** A handler of rejections that takes one status of the engine for an answer. */
export function unless<T>(status: number, value: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof EngineError && error.status === status) return value;
    throw error;
  };
}

type Refusal = Error & { readonly statusCode?: number; readonly json?: unknown };
const refusal = z.object({ message: z.string() });

// From Docker 20.10 of 2020 (the oldest that a distribution still keeps) to the newest document the tests check against.
const oldestApi = "1.41";
const newestApi = "1.54";

const version = z.object({
  ApiVersion: z.string().regex(/^\d+\.\d+$/),
  MinAPIVersion: z.string().optional(),
  Os: z.string(),
  Arch: z.string(),
});

// The end of an answer may still be on its way to its reader when its connection is closed.
const closedGraceMs = 100;

/** One call on a connection of its own. The library waits for ever for the end of an answer that was cut. */
async function ask(
  options: Docker.DockerOptions,
  run: (docker: Docker) => Promise<unknown>,
): Promise<unknown> {
  // Loaded when it is needed: it brings a dozen packages along.
  const { default: DockerClient } = await import("dockerode");
  const { promise: cut, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const agent = new WatchedAgent(() => {
    timer = setTimeout(() => reject(new Error("it was closed in the middle of an answer")), closedGraceMs);
  });
  try {
    return await Promise.race([run(new DockerClient({ ...options, agent } as Docker.DockerOptions)), cut]);
  } finally {
    clearTimeout(timer);
    agent.forget();
  }
}

class WatchedAgent extends Agent {
  #onClose: (() => void) | null;

  constructor(onClose: () => void) {
    // Announced as kept, since an engine that closes after a refusal may cut an upload before the refusal is read; never kept.
    super({ keepAlive: true });
    this.maxFreeSockets = 0;
    this.#onClose = onClose;
  }

  /** What is closed from here on is nobody's loss. */
  forget(): void {
    this.#onClose = null;
  }

  override createConnection(...args: Parameters<Agent["createConnection"]>) {
    return super.createConnection(...args)?.once("close", () => this.#onClose?.());
  }
}

/** Speaks the newest version of the API that both sides know. Throws `sandbox_missing` when there is none. */
async function connect(options: Docker.DockerOptions): Promise<Connected> {
  const parsed = version.safeParse(await ask(options, (docker) => docker.version()));
  if (!parsed.success) throw missing(`What answers is no container engine: ${z.prettifyError(parsed.error)}`);
  const { ApiVersion, MinAPIVersion, Os: os, Arch: arch } = parsed.data;
  if (isOlder(ApiVersion, oldestApi))
    throw missing(
      `The container engine speaks API ${ApiVersion}; Everturn needs ${oldestApi} (Docker 20.10) or newer.`,
    );
  if (MinAPIVersion !== undefined && isOlder(newestApi, MinAPIVersion))
    throw missing(
      `The container engine wants API ${MinAPIVersion} at least; this Everturn knows it up to ${newestApi}.`,
    );
  const api = isOlder(ApiVersion, newestApi) ? ApiVersion : newestApi;
  return { version: `v${api}`, os, arch };
}

function isOlder(one: string, other: string): boolean {
  const [major = 0, minor = 0] = one.split(".").map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split(".").map(Number);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

function missing(words: string): WorkspaceError {
  return new WorkspaceError("sandbox_missing", words);
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
  const { code = "", message } = error;
  if (nobodyListens.has(code))
    return missing(
      `No container engine answers at ${host} (${code}). Start Docker, or set DOCKER_HOST to where it listens.`,
    );
  if (code === "EACCES" || code === "EPERM")
    return missing(
      `This user may not talk to the container engine at ${host} (${code}). Add the user to the group that owns the socket.`,
    );
  return new WorkspaceError(
    "driver_failed",
    `The connection to the container engine at ${host} failed (to ${what}): ${message}`,
  );
}
