// One connection for each call of dockerode, in the newest version of the API that both sides know.
import { Agent } from "node:http";
import { inspect } from "node:util";
import type Docker from "dockerode";
import * as z from "zod";
import { WorkspaceError } from "../../driver.ts";
import { engineOptions } from "./engine-host.ts";

export interface EnginePlatform {
  readonly os: string;
  /** In Go's words: `amd64`, `arm64`. */
  readonly arch: string;
}

interface Described extends EnginePlatform {
  /** Of the API: `v1.54`. */
  readonly version: string;
}

// From Docker 20.10 of 2020 (the oldest that a distribution still keeps) to the newest document the tests check against.
const oldestApi = "1.41";
const newestApi = "1.54";

const versionAnswer = z.object({
  ApiVersion: z.string().regex(/^\d+\.\d+$/),
  MinAPIVersion: z.string().optional(),
  Os: z.string(),
  Arch: z.string(),
});

export class Connection {
  readonly host: string;
  readonly #options: Docker.DockerOptions;
  #described: Promise<Described> | null = null;

  /** Throws `sandbox_missing` when `host` cannot be understood. Nothing is connected before the first call. */
  constructor(host: string) {
    this.host = host;
    this.#options = engineOptions(host);
  }

  /** What the engine is, asked once. Throws `sandbox_missing` when it speaks no version that we know. */
  describe(): Promise<Described> {
    this.#described ??= describe(this.#options).catch((error: unknown) => {
      this.#described = null;
      throw error;
    });
    return this.#described;
  }

  /** Call it when a connection failed: the engine may come back as another version. */
  lost(): void {
    this.#described = null;
  }

  async ask<Answer>(run: (docker: Docker) => Promise<Answer>): Promise<Answer> {
    const { version } = await this.describe();
    return ask({ ...this.#options, version }, run);
  }
}

async function describe(options: Docker.DockerOptions): Promise<Described> {
  const missing = (words: string) => new WorkspaceError("sandbox_missing", words);
  const parsed = versionAnswer.safeParse(await ask(options, (docker) => docker.version()));
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
  return { version: `v${isOlder(ApiVersion, newestApi) ? ApiVersion : newestApi}`, os, arch };
}

function isOlder(one: string, other: string): boolean {
  return one.localeCompare(other, "en", { numeric: true }) < 0;
}

// The end of an answer may still be on its way to its reader when its connection is closed.
const closedGraceMs = 100;

/** The library waits for ever for the end of an answer that was cut, so the connection is watched. */
async function ask<Answer>(
  options: Docker.DockerOptions,
  run: (docker: Docker) => Promise<Answer>,
): Promise<Answer> {
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
    // Requests announce a lasting connection, because an engine that closes after a refusal may cut an upload before the refusal
    // is read. No connection is ever used again.
    super({ keepAlive: true });
    this.maxFreeSockets = 0;
    this.#onClose = onClose;
  }

  /** The library prints all it sends with, down to the sockets, whether or not anybody wants to see it. */
  [inspect.custom](): string {
    return "WatchedAgent";
  }

  /** Call it when the answer is complete: from then on the connection may close. */
  forget(): void {
    this.#onClose = null;
  }

  override createConnection(...args: Parameters<Agent["createConnection"]>) {
    return super.createConnection(...args)?.once("close", () => this.#onClose?.());
  }
}
