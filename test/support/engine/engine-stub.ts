// A container engine for tests: a real HTTP server on a unix socket or a port, with a world of its own, that can be told to
// fail at any call. Each call and each answer is judged by the API's published document.

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { loadEngineJudge } from "./engine-document.ts";
import type { EngineJudge, SeenCall } from "./engine-judge.ts";
import { answerCall, type StubAnswer, type StubVersion } from "./engine-stub-routes.ts";
import { StubRefusal, StubWorld } from "./engine-stub-world.ts";

/** What happens to a call instead of its answer. */
export type StubFault =
  | { readonly type: "refuse"; readonly status: number; readonly message: string }
  /** As if the caller had died before the call, or after it: nothing is done, or it is done and nobody hears of it. */
  | { readonly type: "cut-before" }
  | { readonly type: "cut-after" }
  /** The call's body arrives in part, or the answer is cut in the middle. */
  | { readonly type: "cut-within" }
  | { readonly type: "silence" }
  /** Another answer, not judged: what a broken engine or something else says. */
  | { readonly type: "answer"; readonly answer: StubAnswer };

export interface StubSeen {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface EngineStub {
  /** For the driver's `dockerHost`. */
  readonly host: string;
  readonly world: StubWorld;
  readonly seen: StubSeen[];
  /** What the document has against calls and answers so far. */
  readonly violations: readonly string[];
  /** How many calls and answers were judged. */
  readonly judged: number;
  /** Asked for each call; `index` counts those since it was set. */
  setFault(fault: ((call: StubSeen, index: number) => StubFault | null) | null): void;
  close(): Promise<void>;
}

export interface StubSettings {
  readonly transport?: "unix" | "tcp";
  readonly version?: Partial<StubVersion>;
  /** The document that judges; that of the version spoken when absent. */
  readonly judgedAs?: string;
}

const newest: StubVersion = {
  api: "1.54",
  oldest: "1.41",
  os: "linux",
  arch: { x64: "amd64" }[process.arch as string] ?? process.arch,
};

export async function startEngineStub(settings: StubSettings = {}): Promise<EngineStub> {
  const version = { ...newest, ...settings.version };
  const judge = await loadEngineJudge(settings.judgedAs ?? version.api);
  const folder = await mkdtemp(join(tmpdir(), "everturn-engine-"));
  const stub = new Stub(folder, version, judge);
  if (settings.transport === "tcp") await stub.listen(0);
  else await stub.listen(join(folder, "engine.sock"));
  return stub;
}

class Stub implements EngineStub {
  readonly world: StubWorld;
  readonly seen: StubSeen[] = [];
  readonly violations: string[] = [];
  judged = 0;
  host = "";
  readonly #folder: string;
  readonly #version: StubVersion;
  readonly #judge: EngineJudge | null;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #fault: ((call: StubSeen, index: number) => StubFault | null) | null = null;
  #faultCalls = 0;
  readonly #hijacked = new Set<Duplex>();

  constructor(folder: string, version: StubVersion, judge: EngineJudge | null) {
    this.#folder = folder;
    this.#version = version;
    this.#judge = judge;
    this.world = new StubWorld(folder);
    this.#server.on("upgrade", (request, socket, head) => void this.#upgrade(request, socket, head));
  }

  async listen(place: string | number): Promise<void> {
    if (typeof place === "string") this.#server.listen(place);
    else this.#server.listen(place, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address() as AddressInfo | string;
    this.host = typeof address === "string" ? `unix://${address}` : `tcp://127.0.0.1:${address.port}`;
  }

  setFault(fault: ((call: StubSeen, index: number) => StubFault | null) | null): void {
    this.#fault = fault;
    this.#faultCalls = 0;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    for (const socket of this.#hijacked) socket.destroy();
    await this.world.end();
    // An upload whose caller has died may still be writing.
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { call, seen, fault } = this.#look(request, await bodyOf(request));
    if (fault?.type === "cut-before") return void request.socket.destroy();
    if (fault?.type === "silence") return;
    if (fault?.type === "cut-within" && call.body === "archive") return this.#cutUpload(request);
    const answer = await this.#answer({ ...seen, query: call.query, request }, fault);
    if (fault?.type === "cut-after") return void request.socket.destroy();
    if (fault?.type !== "answer") this.#judgeAnswer(call, answer);
    await this.#send(response, answer, fault?.type === "cut-within");
  }

  /** A call whose connection becomes the streams of a process. */
  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => undefined);
    this.#hijacked.add(socket);
    const body = await readExactly(socket, head, Number(request.headers["content-length"] ?? 0));
    const { call, seen, fault } = this.#look(request, body);
    if (fault?.type === "cut-before") return void socket.destroy();
    if (fault?.type === "silence") return;
    const answer = await this.#answer({ ...seen, query: call.query, request }, fault);
    this.#judgeAnswer(call, answer);
    if (fault?.type === "cut-after") {
      answer.hijack?.(socket);
      return void socket.destroy();
    }
    if (answer.hijack !== undefined) {
      const type = "application/vnd.docker.raw-stream";
      socket.write(
        `HTTP/1.1 101 UPGRADED\r\nContent-Type: ${type}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`,
      );
      return answer.hijack(socket);
    }
    const response = new ServerResponse(request);
    response.assignSocket(socket as Socket);
    await this.#send(response, answer, false);
    socket.end();
  }

  /** Notes and judges the call, and asks what is to go wrong with it. */
  #look(request: IncomingMessage, body: unknown) {
    const url = new URL(request.url ?? "/", "http://engine");
    const call: SeenCall = {
      method: request.method ?? "",
      path: url.pathname,
      query: url.searchParams,
      body,
    };
    const path = url.pathname.replace(/^\/v\d+\.\d+(?=\/)/, "");
    const seen = { method: call.method, path, query: Object.fromEntries(url.searchParams), body };
    this.seen.push(seen);
    this.#note(call, this.#judge?.request(call));
    return { call, seen, fault: this.#fault?.(seen, this.#faultCalls++) ?? null };
  }

  async #answer(call: Parameters<typeof answerCall>[2], fault: StubFault | null): Promise<StubAnswer> {
    if (fault?.type === "refuse") return { status: fault.status, json: { message: fault.message } };
    if (fault?.type === "answer") return fault.answer;
    try {
      return await answerCall(this.world, this.#version, call);
    } catch (error) {
      if (error instanceof StubRefusal) return { status: error.status, json: { message: error.message } };
      return { status: 500, json: { message: error instanceof Error ? error.message : String(error) } };
    }
  }

  #cutUpload(request: IncomingMessage): void {
    request.once("data", () => request.socket.destroy());
  }

  #judgeAnswer(call: SeenCall, answer: StubAnswer): void {
    const body =
      answer.json ?? (answer.pieces === undefined ? undefined : Buffer.concat(answer.pieces).toString());
    this.#note(call, this.#judge?.answer(call, answer.status, body));
  }

  #note(call: SeenCall, faults: readonly string[] | undefined): void {
    if (faults === undefined) return;
    this.judged += 1;
    this.violations.push(...faults.map((fault) => `${call.method} ${call.path}: ${fault}`));
  }

  async #send(response: ServerResponse, answer: StubAnswer, cut: boolean): Promise<void> {
    const { req: request } = response;
    const type = answer.json === undefined ? {} : { "content-type": "application/json" };
    response.writeHead(answer.status, { ...type, ...answer.headers });
    // Engines go on taking what is sent for a while after they said no, so that the answer is not lost in a broken pipe.
    request.resume();
    if (answer.stream !== undefined) {
      if (!cut) await pipeline(answer.stream, response).catch(() => undefined);
      else answer.stream.once("data", (piece: Buffer) => response.write(piece, () => response.destroy()));
      return;
    }
    const pieces = answer.json === undefined ? answer.pieces : [Buffer.from(JSON.stringify(answer.json))];
    for (const piece of pieces ?? []) {
      await new Promise((resolve) =>
        response.write(cut ? piece.subarray(0, piece.length / 2) : piece, resolve),
      );
      if (cut) return void response.socket?.destroy();
    }
    response.end();
  }
}

/** Archives are left to whoever unpacks them. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  if (request.headers["content-type"] === "application/tar") return "archive";
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
}

/** The first bytes of a connection; what comes after them stays in it. */
async function readExactly(socket: Duplex, head: Buffer, bytes: number): Promise<unknown> {
  let read = head;
  while (read.length < bytes) {
    await once(socket, "readable");
    read = Buffer.concat([read, (socket.read() as Buffer | null) ?? Buffer.alloc(0)]);
  }
  if (read.length > bytes) socket.unshift(read.subarray(bytes));
  return bytes === 0 ? undefined : JSON.parse(read.subarray(0, bytes).toString());
}
