// The container engine for the time of one step: every failure in words, and every answer that is read checked.
import type Docker from "dockerode";
import * as z from "zod";
import { raced } from "../../../platform/raced.ts";
import { WorkspaceError } from "../../driver.ts";
import { Connection, type EnginePlatform } from "./connection.ts";
import { usualHost } from "./engine-host.ts";

/** The engine refused a call: an expected failure in the engine's own words. */
export class EngineError extends WorkspaceError {
  readonly status: number;
  constructor(status: number, words: string) {
    super("driver_failed", words);
    this.name = "EngineError";
    this.status = status;
  }
}

/** A call of the library. It passes on `options`, which end the call with the signal. */
export type EngineRun<Answer> = (
  docker: Docker,
  options: { readonly abortSignal?: AbortSignal },
) => Promise<Answer>;

/**
 * Calls throw EngineError; `sandbox_missing` when no engine listens; the signal's reason when it was aborted. `what` goes on
 * after "The container engine refused to".
 */
export class Engine {
  readonly #connection: Connection;
  readonly signal: AbortSignal | undefined;

  constructor(connection: Connection, signal?: AbortSignal) {
    this.#connection = connection;
    this.signal = signal;
  }

  /** The same engine, whose calls end with this signal. */
  during(signal: AbortSignal): Engine {
    return new Engine(this.#connection, signal);
  }

  /** For streams, and for answers that nobody reads: they are not checked. */
  async call<Answer>(what: string, run: EngineRun<Answer>): Promise<Answer> {
    const { signal } = this;
    const options = signal === undefined ? {} : { abortSignal: signal };
    return this.#inTime(what, () =>
      this.#connection.ask((docker) => {
        signal?.throwIfAborted();
        return run(docker, options);
      }),
    );
  }

  async read<Answer>(what: string, answer: z.ZodType<Answer>, run: EngineRun<unknown>): Promise<Answer> {
    const parsed = answer.safeParse(await this.call(what, run));
    if (parsed.success) return parsed.data;
    throw new WorkspaceError(
      "driver_failed",
      `The container engine was asked to ${what}, and its answer cannot be read: ${z.prettifyError(parsed.error)}`,
    );
  }

  platform(): Promise<EnginePlatform> {
    return this.#inTime("say its version", () => this.#connection.describe());
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
    this.#connection.lost();
    return connectionError(error as NodeJS.ErrnoException, this.#connection.host, what);
  }

  async #inTime<Answer>(what: string, work: () => Promise<Answer>): Promise<Answer> {
    try {
      return await raced(work(), this.signal);
    } catch (error) {
      if (this.signal?.aborted === true) throw this.signal.reason;
      throw this.inWords(error, what);
    }
  }
}

/** Throws `sandbox_missing` when `host` cannot be understood. Nothing is connected before the first call. */
export function engineAt(host: string = usualHost()): Engine {
  return new Engine(new Connection(host));
}

/** Null for what the engine does not have. */
export async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  return answer.catch((error: unknown) => {
    if (isRefusal(error, 404)) return null;
    throw error;
  });
}

/** 304: the container runs already, or has ended already. */
export function unlessDone(error: unknown): void {
  if (!isRefusal(error, 304)) throw error;
}

export function isRefusal(error: unknown, ...statuses: readonly number[]): error is EngineError {
  return error instanceof EngineError && statuses.includes(error.status);
}

type Refusal = Error & { readonly statusCode?: number; readonly json?: unknown };
const refusal = z.object({ message: z.string() });

const nobodyListens = "ENOENT ECONNREFUSED ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH".split(" ");

function connectionError(error: NodeJS.ErrnoException, host: string, what: string): WorkspaceError {
  const { code = "", message } = error;
  if (nobodyListens.includes(code))
    return new WorkspaceError(
      "sandbox_missing",
      `No container engine answers at ${host} (${code}). Start Docker, or set DOCKER_HOST to where it listens.`,
    );
  if (code === "EACCES" || code === "EPERM")
    return new WorkspaceError(
      "sandbox_missing",
      `This user may not talk to the container engine at ${host} (${code}). Add the user to the group that owns the socket.`,
    );
  return new WorkspaceError(
    "driver_failed",
    `The connection to the container engine at ${host} failed (to ${what}): ${message}`,
  );
}
