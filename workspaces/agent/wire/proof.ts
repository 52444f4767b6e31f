// Both ends of a connection prove that they know the token. The token itself is never sent, so a program that has taken the
// agent's place learns nothing and gets no requests.
//
// The first exchange on each connection is
//   GET /hello   everturn-challenge: <client's nonce>
//   → 204        everturn-challenge: <agent's nonce>   everturn-proof: HMAC-SHA256(token, "agent", both nonces)
// Every later request carries `Authorization: Everturn <HMAC-SHA256(token, "client", both nonces)>`, which is valid on this
// connection only.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import {
  Agent,
  type AgentOptions,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { AgentError } from "../agent-error.ts";

const helloPath = "/hello";
const challengeHeader = "everturn-challenge";
const proofHeader = "everturn-proof";
const scheme = "Everturn";

// 32 bytes as base64url, like the proofs.
const noncePattern = /^[\w-]{43}$/;
// Node's server sends about 250 bytes with the two headers.
const helloBytesMax = 2 * 1024;

interface Nonces {
  readonly client: string;
  readonly agent: string;
}

/** `who` is part of the proof, so one side's proof is never valid for the other side. */
function proofOf(token: string, who: "agent" | "client", { client, agent }: Nonces): string {
  const text = `everturn workspace agent v2\n${who}\n${client}\n${agent}`;
  return createHmac("sha256", token).update(text).digest("base64url");
}

function isSame(given: string, wanted: string): boolean {
  return given.length === wanted.length && timingSafeEqual(Buffer.from(given), Buffer.from(wanted));
}

function nonce(): string {
  return randomBytes(32).toString("base64url");
}

/** The agent's side: answers greetings, and knows which connections have proven themselves. */
export class Doorkeeper {
  readonly #token: string;
  readonly #wanted = new WeakMap<Socket, string>();

  constructor(token: string) {
    this.#token = token;
  }

  /** Answers the request if it is a greeting. */
  greet(request: IncomingMessage, response: ServerResponse): boolean {
    const client = request.headers[challengeHeader];
    if (request.url !== helloPath || typeof client !== "string" || !noncePattern.test(client)) return false;
    const nonces = { client, agent: nonce() };
    this.#wanted.set(request.socket, `${scheme} ${proofOf(this.#token, "client", nonces)}`);
    const proof = proofOf(this.#token, "agent", nonces);
    response.writeHead(204, { [challengeHeader]: nonces.agent, [proofHeader]: proof }).end();
    return true;
  }

  isAuthorized({ headers, socket }: IncomingMessage): boolean {
    const wanted = this.#wanted.get(socket);
    return wanted !== undefined && isSame(headers.authorization ?? "", wanted);
  }
}

// The agent is near, but while many agents start at once, one may need a while to answer.
const greetTimeoutMs = 5_000;

/** The client's side: keeps connections open on which both sides have proven that they know the token. */
export class ProvenSockets extends Agent {
  readonly #open: (signal: AbortSignal) => Promise<Duplex>;
  readonly #token: string;
  readonly #authorizations = new WeakMap<Duplex, string>();

  /** `open` gives a new connection. */
  constructor(open: (signal: AbortSignal) => Promise<Duplex>, token: string, options: AgentOptions) {
    super({ ...options, keepAlive: true });
    this.#open = open;
    this.#token = token;
  }

  /** Sends the request once it has a connection, because each connection has its own authorization. */
  sendOnceProven(sent: ClientRequest, body: Buffer | string | null): void {
    sent.once("socket", (socket) => {
      if (!sent.hasHeader("authorization")) {
        sent.setHeader("authorization", this.#authorizations.get(socket) ?? "");
      }
      sent.end(body ?? undefined);
    });
  }

  override createConnection(
    _options: unknown,
    done: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    void this.#connectFor(done);
  }

  async #connectFor(done: (error: Error | null, socket: Duplex) => void): Promise<void> {
    let socket: Duplex;
    try {
      socket = await this.#connect();
    } catch (error) {
      // With an error Node needs no socket, although the type asks for one.
      done(error as Error, undefined as never);
      return;
    }
    done(null, socket);
  }

  async #connect(): Promise<Duplex> {
    const inTime = AbortSignal.timeout(greetTimeoutMs);
    const socket = await this.#open(inTime);
    try {
      this.#authorizations.set(socket, await greet(socket, this.#token, inTime));
      return socket;
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }
}

/**
 * The client's side: greets on a new connection. Resolves with the value of `Authorization` for this connection. Throws
 * `unauthorized` when the other side does not know the token, `unreachable` when the connection ends or `signal` is aborted.
 */
export async function greet(socket: Duplex, token: string, signal: AbortSignal): Promise<string> {
  const client = nonce();
  socket.write(`GET ${helloPath} HTTP/1.1\r\nhost: agent\r\n${challengeHeader}: ${client}\r\n\r\n`);
  const head = await readHead(socket, signal);
  const agent = fieldOf(head, challengeHeader);
  const nonces = { client, agent };
  const isProven =
    head.startsWith("HTTP/1.1 204 ") &&
    noncePattern.test(agent) &&
    isSame(fieldOf(head, proofHeader), proofOf(token, "agent", nonces));
  if (!isProven) throw stranger();
  return `${scheme} ${proofOf(token, "client", nonces)}`;
}

function stranger(): AgentError {
  return new AgentError(
    "unauthorized",
    "what answers in the place of the workspace's agent does not know its token",
  );
}

function fieldOf(head: string, name: string): string {
  return new RegExp(`\\r\\n${name}: ([\\w-]{1,100})\\r\\n`, "i").exec(head)?.[1] ?? "";
}

/** The head of an answer that has no body. Anything after it is refused. */
function readHead(socket: Duplex, signal: AbortSignal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let head = "";
  const onData = (chunk: Buffer) => {
    head += chunk.toString("latin1");
    const end = head.indexOf("\r\n\r\n");
    if (end !== -1 && end + 4 === head.length) resolve(head);
    else if (end !== -1 || head.length > helloBytesMax) reject(stranger());
  };
  const gone = () => reject(new AgentError("unreachable", "the workspace's agent ended the connection"));
  const late = () => reject(new AgentError("unreachable", "the workspace's agent does not answer"));
  socket.on("data", onData).once("close", gone);
  signal.addEventListener("abort", late, { once: true });
  if (signal.aborted) late();
  return promise.finally(() => {
    socket.off("data", onData).off("close", gone);
    signal.removeEventListener("abort", late);
  });
}
