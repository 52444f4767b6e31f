// Tests: a real agent as a child process, and the barest of clients, so that what is tested is the wire.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rgPath } from "@vscode/ripgrep";
import type { ProcessInfo, ProcessStart } from "../../../workspaces/agent/api.ts";
import { Channels } from "../../../workspaces/agent/bridge/channels.ts";
import { FrameReader, type ReceivedFrame } from "../../../workspaces/agent/wire/frames.ts";
import { greet, ProvenSockets } from "../../../workspaces/agent/wire/proof.ts";
import {
  agentPaths,
  idempotencyKeyHeader,
  type ProcessAction,
  processPath,
} from "../../../workspaces/agent/wire/protocol.ts";
import type { AgentAddress } from "../../../workspaces/driver.ts";

const mainPath = fileURLToPath(new URL("../../../workspaces/agent/main.ts", import.meta.url));
const token = "a-token-for-tests";

export interface FixtureCall {
  readonly method?: string;
  readonly path: string;
  /** Sent as it is when it is a text, else as JSON. */
  readonly body?: unknown;
  readonly key?: string;
  readonly authorization?: string;
}

export interface FixtureAnswer {
  readonly status: number;
  readonly bytes: Buffer;
}

/** A workspace with an agent that a test may kill and start again. All of it is gone after the test. */
export class AgentFixture {
  readonly folder = mkdtempSync(join(tmpdir(), "agent-test-"));
  readonly root = mkdtempSync(join(this.folder, "root-"));
  readonly #connections = new ProvenSockets(() => this.#connect(), token, { maxSockets: 100 });
  readonly #env: Readonly<Record<string, string>>;
  #daemon: ChildProcess | null = null;
  #log = "";

  /** `env` is the daemon's, over the test's own. */
  static async start(
    t: { after(end: () => Promise<void>): void },
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<AgentFixture> {
    const fixture = new AgentFixture(env);
    t.after(async () => fixture.#remove());
    await fixture.start(args);
    return fixture;
  }

  private constructor(env: Readonly<Record<string, string>>) {
    this.#env = env;
  }

  get socketPath(): string {
    return join(this.folder, "agent.sock");
  }

  get stateFolder(): string {
    return join(this.folder, "state");
  }

  get daemon(): ChildProcess {
    assert(this.#daemon !== null);
    return this.#daemon;
  }

  /** The daemon over the same folders, anew. Throws with its log when it does not come up. */
  async start(args: readonly string[] = []): Promise<void> {
    const place = ["--socket", this.socketPath];
    const daemon = spawn(
      process.execPath,
      [mainPath, "--root", this.root, "--state", this.stateFolder, "--rg", rgPath, ...place, ...args],
      {
        env: { ...process.env, ...this.#env },
        stdio: ["pipe", "ignore", "pipe"],
      },
    );
    daemon.stdin.end(token);
    this.#daemon = daemon;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    daemon.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#log += text;
      if (/agent [\d.]+ listens on \S+\n/.test(this.#log)) resolve();
    });
    daemon.once("exit", () => reject(new Error(this.#log)));
    await promise;
    this.#log = "";
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    const { daemon } = this;
    if (daemon.exitCode === null && daemon.signalCode === null) {
      const exit = once(daemon, "exit");
      daemon.kill(signal);
      await exit;
    }
    this.#connections.destroy();
    return daemon.exitCode;
  }

  async #remove(): Promise<void> {
    // SIGTERM takes the processes along.
    await this.end("SIGTERM");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** For clients: its socket, or a bridge that joins its streams to that socket, as drivers run it. */
  address(t: { after(end: () => Promise<void>): void }, kind: AgentAddress["kind"]): AgentAddress {
    if (kind === "unix") return { kind, path: this.socketPath, token };
    const args = [mainPath, "bridge", "--socket", this.socketPath];
    const bridge = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    const channels = new Channels({ output: bridge.stdin, side: "worker" });
    bridge.stdout.on("data", (chunk: Buffer) => channels.receive(chunk));
    t.after(async () => {
      const ended = once(bridge, "exit");
      bridge.stdin.end();
      await ended;
    });
    return { kind, token, open: () => Promise.resolve(channels.open()) };
  }

  async open(call: FixtureCall): Promise<IncomingMessage> {
    const { method = call.body === undefined ? "GET" : "POST", path, body, key } = call;
    const sent = request({
      method,
      path,
      agent: this.#connections,
      headers: {
        ...(call.authorization !== undefined && { authorization: call.authorization }),
        ...(key !== undefined && { [idempotencyKeyHeader]: key }),
      },
    });
    const text = body === undefined || typeof body === "string" ? (body ?? null) : JSON.stringify(body);
    this.#connections.sendOnceProven(sent, text);
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    return answer;
  }

  /** A connection for requests written by hand, and the authorization they are to carry. */
  async proven(): Promise<{ readonly socket: Socket; readonly authorization: string }> {
    const socket = await this.#connect();
    return { socket, authorization: await greet(socket, token, new AbortController().signal) };
  }

  async #connect(): Promise<Socket> {
    const socket = connect(this.socketPath);
    await once(socket, "connect");
    return socket.on("error", () => undefined);
  }

  async call(call: FixtureCall): Promise<FixtureAnswer> {
    const answer = await this.open(call);
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    return { status: answer.statusCode ?? 0, bytes: Buffer.concat(chunks) };
  }

  /** The JSON of an answer with status 200. */
  async json<Answer>(call: FixtureCall): Promise<Answer> {
    const { status, bytes } = await this.call(call);
    assert.equal(status, 200, bytes.toString());
    return JSON.parse(bytes.toString()) as Answer;
  }

  /** The status and the error of a refusal. */
  async refusal(
    call: FixtureCall,
  ): Promise<{ status: number; code: string; message: string; hint?: string }> {
    const { status, bytes } = await this.call(call);
    assert.notEqual(status, 200, bytes.toString());
    return {
      status,
      ...(JSON.parse(bytes.toString()) as { error: { code: string; message: string } }).error,
    };
  }

  async run(spec: ProcessStart): Promise<{ readonly process: ProcessInfo; readonly created: boolean }> {
    return this.json({ path: agentPaths.processes, body: spec });
  }

  async get(key: string): Promise<ProcessInfo> {
    return (await this.json<{ process: ProcessInfo }>({ path: processPath(key) })).process;
  }

  async act(key: string, action: ProcessAction, body: unknown): Promise<ProcessInfo> {
    return (await this.json<{ process: ProcessInfo }>({ path: processPath(key, action), body })).process;
  }

  /** `output` with a query such as `offset=0&wait_ms=100`. */
  async output(key: string, query: string): Promise<{ offset: number; text: string; process: ProcessInfo }> {
    const { status, bytes } = await this.call({ path: `${processPath(key, "output")}?${query}` });
    assert.equal(status, 200, bytes.toString());
    const [output, process] = newReader().push(bytes);
    assert(output?.type === "output" && process?.type === "process");
    return {
      offset: output.offset,
      text: Buffer.from(output.bytes).toString("latin1"),
      process: process.json as ProcessInfo,
    };
  }

  /** Follows to the end. */
  async followed(
    key: string,
    offset = 0,
  ): Promise<{ offset: number | null; text: string; process: ProcessInfo }> {
    let text = "";
    let first: number | null = null;
    for await (const frame of this.follow(key, offset)) {
      if (frame.type === "ended") return { offset: first, text, process: frame.json as ProcessInfo };
      if (frame.type !== "output") continue;
      first ??= frame.offset;
      text += Buffer.from(frame.bytes).toString("latin1");
    }
    throw new Error("the stream broke off");
  }

  async *follow(key: string, offset = 0): AsyncGenerator<ReceivedFrame> {
    const answer = await this.open({ path: `${processPath(key, "follow")}?offset=${offset}` });
    assert.equal(answer.statusCode, 200);
    const reader = newReader();
    for await (const chunk of answer) yield* reader.push(chunk as Buffer);
  }
}

function newReader(): FrameReader {
  return new FrameReader((body) => JSON.parse(Buffer.from(body).toString()));
}
