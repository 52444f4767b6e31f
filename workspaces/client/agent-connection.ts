// HTTP to the agent of one workspace. Connections are kept open, each wait has a limit, and each failure is an AgentError. A
// program in the workspace may take the agent's place, so no answer may be larger than its call allows.
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { AgentError } from "../agent/agent-error.ts";
import { ProvenSockets } from "../agent/wire/proof.ts";
import { bytesType, idempotencyKeyHeader, jsonType, requestBytesMax } from "../agent/wire/protocol.ts";
import type { AgentAddress } from "../driver.ts";
import { badAnswer, errorAnswerBytesMax, errorOf } from "./agent-answers.ts";
import { openSocket } from "./agent-socket.ts";

// Tools make a few calls at once. More idle connections would not be used.
const idleConnectionsMax = 8;
// Shorter than the agent keeps them (protocol.ts): the client closes, because it knows whether another request comes.
const idleConnectionMs = 60_000;
// The agent sends five headers.
const headerBytesMax = 4 * 1024;

export interface AgentCall {
  readonly path: string;
  /** Sent as JSON, by POST; absent: GET. */
  readonly body?: unknown;
  /** Sent as they are, by POST, instead of `body`. */
  readonly bytes?: Uint8Array;
  /** Names the effect: the agent answers a repeated call like the first one. */
  readonly key?: string;
  /** For the whole answer, or (`stream`) for its first byte. */
  readonly timeoutMs: number;
}

/** One agent's connections. */
export class AgentConnection {
  readonly #sockets: ProvenSockets;

  constructor(address: AgentAddress) {
    const open = (signal: AbortSignal) => openSocket(address, signal);
    const keeping = { maxFreeSockets: idleConnectionsMax, timeout: idleConnectionMs };
    this.#sockets = new ProvenSockets(open, address.token, keeping);
  }

  /** The body of a good answer. Throws what the agent says, `unreachable`, `bad_answer`, or the signal's reason. */
  exchange(call: AgentCall & { readonly answerBytesMax: number }, signal: AbortSignal): Promise<Buffer> {
    return within(call, signal, async (stop) => readBody(await this.#good(call, stop), call.answerBytesMax));
  }

  /** The answer as a stream, once it is known to be a good one. The caller reads or destroys it, and limits what it reads. */
  stream(call: AgentCall, signal: AbortSignal): Promise<IncomingMessage> {
    return within(call, signal, (stop) => this.#good(call, stop));
  }

  async #good(call: AgentCall, stop: AbortSignal): Promise<IncomingMessage> {
    const answer = await this.#begin(call, stop);
    if (answer.statusCode === 200) return answer;
    throw errorOf(await readBody(answer, errorAnswerBytesMax), answer.statusCode);
  }

  /** Ends all connections, calls on them included. */
  close(): void {
    this.#sockets.destroy();
  }

  /** Resolves with the answer's head. */
  async #begin(call: AgentCall, stop: AbortSignal): Promise<IncomingMessage> {
    stop.throwIfAborted();
    const body = bodyOf(call);
    if (body !== null && body.length > requestBytesMax) {
      const mib = requestBytesMax / 1024 / 1024;
      throw new AgentError("file_too_large", `the request has more than ${mib} MiB`);
    }
    const first = this.#send(call, body, stop);
    try {
      return await first.answer;
    } catch (error) {
      // The agent closed an idle connection at the moment it was used again. Keys make the second attempt the same call.
      if (!first.sent.reusedSocket || !isLostConnection(error)) throw error;
      stop.throwIfAborted();
      return this.#send(call, body, stop).answer;
    }
  }

  #send(
    call: AgentCall,
    body: Buffer | null,
    stop: AbortSignal,
  ): { readonly sent: ClientRequest; readonly answer: Promise<IncomingMessage> } {
    const sent = request({
      agent: this.#sockets,
      method: body === null ? "GET" : "POST",
      path: call.path,
      signal: stop,
      maxHeaderSize: headerBytesMax,
      headers: {
        ...(call.key !== undefined && { [idempotencyKeyHeader]: call.key }),
        ...(body !== null && {
          "content-type": call.bytes === undefined ? jsonType : bytesType,
          "content-length": body.length,
        }),
      },
    });
    const { promise: answer, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    sent.on("response", resolve).on("error", reject);
    // A request that still waits for its connection reports no error by itself.
    stop.addEventListener("abort", () => reject(stop.reason), { once: true });
    this.#sockets.sendOnceProven(sent, body);
    return { sent, answer };
  }
}

function bodyOf({ body, bytes }: AgentCall): Buffer | null {
  if (bytes !== undefined) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return body === undefined ? null : Buffer.from(JSON.stringify(body));
}

function isLostConnection(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ECONNRESET" || code === "EPIPE";
}

/** Runs `work` until the caller gives up or the call's time is over, whichever comes first. */
async function within<Result>(
  { timeoutMs }: AgentCall,
  signal: AbortSignal,
  work: (stop: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const deadline = new AbortController();
  const words = `the workspace's agent gave no answer within ${timeoutMs / 1_000} s`;
  const timer = setTimeout(() => deadline.abort(new AgentError("unreachable", words)), timeoutMs);
  const stop = AbortSignal.any([signal, deadline.signal]);
  try {
    return await work(stop);
  } catch (error) {
    throw classify(stop.aborted ? stop.reason : error, signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Reads up to the limit. Throws `bad_answer` when there is more. */
async function readBody(answer: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  // An error in the loop destroys the connection.
  for await (const piece of answer as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > bytesMax) throw badAnswer(`more than ${bytesMax} bytes`);
    pieces.push(piece);
  }
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

/** What a call throws: the signal's reason when the caller gave up, otherwise an AgentError. */
export function classify(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof AgentError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new AgentError("unreachable", `the workspace's agent cannot be reached (${code ?? message})`);
}
