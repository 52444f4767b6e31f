// The HTTP proxy of a workspace. It looks names up itself, and connects only to addresses that it has checked.
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import { connect, isIP, type LookupFunction, type Socket } from "node:net";
import { type Duplex, pipeline } from "node:stream";
import { guardedLookup, type LookupAll } from "../../platform/network/guarded-lookup.ts";
import type { DestinationRules } from "./judge-destination.ts";

// Package managers open some dozens at once.
export const connectionsMax = 256;
// Twice Node's default: real sites have long cookies and tokens.
const headerBytesMax = 32 * 1024;
// Enough for a slow resolver and a few lost packets.
const connectTimeoutMs = 20_000;
// A download that stalls for this long does not recover. Connections that are kept open on purpose send something more often.
const idleTimeoutMs = 10 * 60_000;
// From the first byte of a request to the end of its header.
export const headerTimeoutMs = 30_000;

/** Why there is no connection. The message goes into the status line and the body of the answer. */
class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface Destination {
  readonly host: string;
  readonly port: number;
}

/**
 * Takes plain HTTP requests with absolute URLs, and CONNECT for everything else. The caller calls `listen`, or gives it
 * connections. One proxy serves one workspace: its limits are the workspace's.
 * @param lookupAll the system's when absent
 */
export function createEgressProxy(rules: DestinationRules, lookupAll?: LookupAll): Server {
  const faultOf = (address: string, name: string) => (rules.allowsAddress(address) ? null : refused(name));
  const lookup = guardedLookup(faultOf, lookupAll);
  let opened = 0;
  const open: Opener = (to) => {
    const host = to.host.replace(/\.$/, "").toLowerCase();
    const isAllowed = isIP(host) === 0 ? rules.allowsName(host) : rules.allowsAddress(host);
    if (!isAllowed) throw refused(host);
    // One connection may ask for many before the first is answered.
    if (opened >= connectionsMax) throw new Refusal(503, "this workspace has too many connections open");
    opened += 1;
    return openConnection({ ...to, host }, lookup).once("close", () => (opened -= 1));
  };
  const server = createServer({
    maxHeaderSize: headerBytesMax,
    headersTimeout: headerTimeoutMs,
    requestTimeout: 0,
  });
  server.maxConnections = connectionsMax;
  // Node's own limits begin with `listen`, which a server of channels never calls. A request lengthens this one.
  server.timeout = headerTimeoutMs;
  server.on("request", (incoming, response) => {
    incoming.socket.setTimeout(idleTimeoutMs);
    forward(open, incoming, response);
  });
  server.on("connect", (incoming: IncomingMessage, client: Socket, head: Buffer) => {
    client.setTimeout(idleTimeoutMs);
    tunnel(open, { incoming, client, head });
  });
  return server;
}

/** Throws a `Refusal`, or the socket fails with one. */
type Opener = (to: Destination) => Socket;

function refused(name: string): Refusal {
  const words = `${name} is not reachable from this workspace: its network leads to public internet addresses only, not to private, loopback, link-local or metadata ones`;
  return new Refusal(403, words);
}

function openConnection(to: Destination, lookup: LookupFunction): Socket {
  const socket = connect({ ...to, lookup, autoSelectFamily: true });
  const timer = setTimeout(() => {
    socket.destroy(new Refusal(504, `${to.host} does not answer`));
  }, connectTimeoutMs);
  socket.once("connect", () => clearTimeout(timer)).once("close", () => clearTimeout(timer));
  socket.setTimeout(idleTimeoutMs, () => socket.destroy());
  return socket;
}

interface Tunnel {
  readonly incoming: IncomingMessage;
  readonly client: Duplex;
  readonly head: Buffer;
}

function tunnel(open: Opener, { incoming, client, head }: Tunnel): void {
  client.on("error", () => undefined);
  try {
    const to = destinationOf(URL.parse(`http://${incoming.url}`), incoming.url);
    const upstream = open(to);
    upstream.once("error", (error) => refuseTunnel(client, refusalOf(error, to)));
    upstream.once("connect", () => {
      upstream.removeAllListeners("error");
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.write(head);
      pipeline(client, upstream, ignoreEnd);
      pipeline(upstream, client, ignoreEnd);
    });
    client.once("close", () => upstream.destroy());
  } catch (error) {
    refuseTunnel(client, refusalOf(error));
  }
}

/** Python, wget and others show only the status line of an answer to CONNECT. */
function refuseTunnel(client: Duplex, { status, message }: Refusal): void {
  const words = `${message}\n`;
  const header = [
    `HTTP/1.1 ${status} ${message}`,
    "Content-Type: text/plain",
    `Content-Length: ${words.length}`,
  ];
  client.end(`${header.join("\r\n")}\r\nConnection: close\r\n\r\n${words}`);
}

const textHeaders = { "Content-Type": "text/plain" };

function forward(open: Opener, incoming: IncomingMessage, response: ServerResponse): void {
  const refuse = (error: unknown, to?: Destination) => {
    const { status, message } = refusalOf(error, to);
    if (response.headersSent) response.destroy();
    // The words are given, because a `writeHead` that threw leaves its own behind.
    else response.writeHead(status, STATUS_CODES[status], textHeaders).end(`${message}\n`);
  };
  try {
    const url = URL.parse(incoming.url ?? "");
    const to = destinationOf(url?.protocol === "http:" ? url : null, incoming.url);
    const { method, rawHeaders } = incoming;
    const socket = open(to);
    const options = {
      method,
      path: `${url?.pathname}${url?.search}`,
      headers: [...passedOn(rawHeaders), "Connection", "close"],
      createConnection: () => socket,
    };
    const outgoing = request(options, (answer) => {
      try {
        // Node reads status lines that it refuses to write.
        response.writeHead(answer.statusCode ?? 502, answer.statusMessage, passedOn(answer.rawHeaders));
        pipeline(answer, response, ignoreEnd);
      } catch {
        answer.destroy();
        refuse(new Refusal(502, `${to.host} gave an answer that is no HTTP`));
      }
    });
    outgoing.on("error", (error) => refuse(error, to));
    response.once("close", () => outgoing.destroy());
    // Not `pipeline`: if the connection fails, that would cut off the client before it gets its answer.
    incoming.pipe(outgoing);
  } catch (error) {
    refuse(error);
  }
}

function destinationOf(url: URL | null, given: string | undefined): Destination {
  if (url === null) {
    const shown = JSON.stringify(given?.slice(0, 100));
    throw new Refusal(400, `this is an HTTP proxy, and it cannot take ${shown}`);
  }
  const host = url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname;
  return { host, port: Number(url.port || 80) };
}

// They concern one connection, not the message (RFC 9110, 7.6.1).
const hopByHop = new Set(
  "connection proxy-connection keep-alive te trailer transfer-encoding upgrade proxy-authorization proxy-authenticate".split(
    " ",
  ),
);

/** @param rawHeaders names and values alternate */
function passedOn(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, at) => !hopByHop.has((rawHeaders[at - (at % 2)] ?? "").toLowerCase()));
}

function refusalOf(error: unknown, to?: Destination): Refusal {
  if (error instanceof Refusal) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return new Refusal(502, `${to?.host} cannot be found`);
  return new Refusal(502, `${to?.host} cannot be reached${code === undefined ? "" : ` (${code})`}`);
}

function ignoreEnd(): void {
  // `pipeline` has destroyed the other side already.
}
