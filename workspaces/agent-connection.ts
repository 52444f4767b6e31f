// Workspaces: HTTP to the agent of one workspace: connections kept alive, each wait bounded, each failure an AgentError.
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { AgentError } from "./agent/api.ts";
import { type ErrorAnswer, idempotencyKeyHeader, jsonType, requestBytesMax } from "./agent/protocol.ts";
import type { AgentAddress } from "./driver.ts";

// Agents are on this machine or beside it: one that accepts no connection in this time is not there.
const connectTimeoutMs = 2_000;
// Tools ask in bursts of a few; more idle sockets than that serve nobody.
const idleConnectionsMax = 8;
// Shorter than the agent keeps them (protocol.ts), so that the side that closes is the one that knows of its next request.
const idleConnectionMs = 60_000;
// The largest answer is 1 MiB of output or a list of 200 processes; this much is no agent of ours.
const answerBytesMax = 32 * 1024 * 1024;

export interface AgentCall {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Names the effect: the agent answers a repeated call as it did the first. */
  readonly key?: string;
  /** For the whole answer, or (`stream`) for its first byte. */
  readonly timeoutMs: number;
}

/** One agent's connections. */
export class AgentConnection {
  readonly #address: AgentAddress;
  readonly #sockets = new Agent({
    keepAlive: true,
    maxFreeSockets: idleConnectionsMax,
    timeout: idleConnectionMs,
  });

  constructor(address: AgentAddress) {
    this.#address = address;
  }

  /** The body of a good answer. Throws what the agent says, `unreachable`, or the signal's reason. */
  async exchange(call: AgentCall, signal: AbortSignal): Promise<Buffer> {
    const deadline = new Deadline(call.timeoutMs);
    try {
      const answer = await this.#begin(call, signal, deadline);
      const body = await readAll(answer);
      if (answer.statusCode === 200) return body;
      throw errorOf(body, answer.statusCode);
    } catch (error) {
      throw classify(error, signal);
    } finally {
      deadline.clear();
    }
  }

  /** The answer as a stream, once it is known to be a good one. The caller reads or destroys it. */
  async stream(call: AgentCall, signal: AbortSignal): Promise<IncomingMessage> {
    const deadline = new Deadline(call.timeoutMs);
    try {
      const answer = await this.#begin(call, signal, deadline);
      if (answer.statusCode === 200) return answer;
      throw errorOf(await readAll(answer), answer.statusCode);
    } catch (error) {
      throw classify(error, signal);
    } finally {
      deadline.clear();
    }
  }

  /** Ends all connections, calls on them included. */
  close(): void {
    this.#sockets.destroy();
  }

  /** Resolves with the answer's head. */
  async #begin(call: AgentCall, signal: AbortSignal, deadline: Deadline): Promise<IncomingMessage> {
    signal.throwIfAborted();
    const body = call.body === undefined ? null : Buffer.from(JSON.stringify(call.body));
    if (body !== null && body.length > requestBytesMax) {
      throw new AgentError(
        "file_too_large",
        `the request has more than ${requestBytesMax / 1024 / 1024} MiB`,
      );
    }
    const first = this.#send(call, body, signal);
    deadline.watch(first.sent);
    try {
      return await first.answer;
    } catch (error) {
      // The agent closed a kept connection just as it was used again; keys make a second attempt the same call.
      if (!first.sent.reusedSocket || !isLostConnection(error)) throw error;
      signal.throwIfAborted();
      const second = this.#send(call, body, signal);
      deadline.watch(second.sent);
      return second.answer;
    }
  }

  #send(
    call: AgentCall,
    body: Buffer | null,
    signal: AbortSignal,
  ): { readonly sent: ClientRequest; readonly answer: Promise<IncomingMessage> } {
    const address = this.#address;
    const place =
      address.kind === "unix" ? { socketPath: address.path } : { host: address.host, port: address.port };
    const sent = request({
      ...place,
      agent: this.#sockets,
      method: call.method,
      path: call.path,
      signal,
      headers: {
        authorization: `Bearer ${address.token}`,
        ...(call.key !== undefined && { [idempotencyKeyHeader]: call.key }),
        ...(body !== null && { "content-type": jsonType, "content-length": body.length }),
      },
    });
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      sent.on("response", resolve);
      sent.on("error", reject);
    });
    sent.on("socket", (socket) => {
      if (!socket.connecting) return;
      const slow = () => sent.destroy(new AgentError("unreachable", "the workspace's agent does not answer"));
      const timer = setTimeout(slow, connectTimeoutMs);
      socket.once("connect", () => clearTimeout(timer)).once("close", () => clearTimeout(timer));
    });
    sent.end(body ?? undefined);
    return { sent, answer };
  }
}

function isLostConnection(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ECONNRESET" || code === "EPIPE";
}

/** Ends whatever request it watches when time is up. */
class Deadline {
  readonly #timer: NodeJS.Timeout;
  #watched: ClientRequest | null = null;

  constructor(timeoutMs: number) {
    const words = `the workspace's agent gave no answer within ${timeoutMs / 1_000} s`;
    this.#timer = setTimeout(() => this.#watched?.destroy(new AgentError("unreachable", words)), timeoutMs);
  }

  watch(sent: ClientRequest): void {
    this.#watched = sent;
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

async function readAll(answer: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > answerBytesMax) throw new AgentError("internal", "the workspace's agent answered too much");
    pieces.push(piece);
  }
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

/** JSON of an answer. Throws `internal` on what is none. */
export function parseAnswer<Value>(body: Buffer): Value {
  try {
    return JSON.parse(body.toString("utf8")) as Value;
  } catch {
    throw new AgentError("internal", "the workspace's agent answered what is not JSON");
  }
}

/** The agent's own words, as an error; whatever else answers there is told by its status. */
function errorOf(body: Buffer, status: number | undefined): AgentError {
  try {
    const { error } = JSON.parse(body.toString("utf8")) as Partial<ErrorAnswer>;
    if (typeof error?.code === "string") return new AgentError(error.code, error.message, error.hint);
  } catch {
    // Not the agent's words.
  }
  return new AgentError("internal", `the workspace's agent answered with HTTP status ${status}`);
}

/** What a call throws: the caller's own reason when it gave up, an AgentError otherwise. */
export function classify(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof AgentError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new AgentError("unreachable", `the workspace's agent cannot be reached (${code ?? message})`);
}
