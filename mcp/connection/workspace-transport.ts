// The transport to a program inside a workspace: a process of the workspace's agent, spoken to by its input and output.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type JSONRPCMessage,
  ReadBuffer,
  serializeMessage,
  type Transport,
} from "@modelcontextprotocol/client";
import { headOf } from "../../core/text/truncate.ts";
import { AgentError, type ProcessEvent, type Processes } from "../../workspaces/agent/api.ts";
import {
  answerBytesMax,
  endKnownMs,
  inputPieceBytesMax,
  leashMs,
  processCallMs,
  streamBurstBytes,
  streamBytesPerSecond,
} from "../limits.ts";
import { McpFault } from "../mcp-fault.ts";
import type { McpTransport } from "../server.ts";
import { createFloodMeter } from "./flood-meter.ts";

export type Program = Extract<McpTransport, { type: "stdio" }>;

/**
 * Starts the program with a key of its own, so that no other connection ever meets it. It ends with this connection, with the
 * workspace, or, if this worker dies, when nobody has followed it for a while.
 */
export class WorkspaceTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #program: Program;
  readonly #open: (signal: AbortSignal) => Promise<Processes>;
  readonly #key = `mcp-${randomUUID()}`;
  readonly #stop = new AbortController();
  readonly #buffer = new ReadBuffer({ maxBufferSize: answerBytesMax });
  readonly #isTooMuch = createFloodMeter({ burst: streamBurstBytes, perSecond: streamBytesPerSecond }, () =>
    performance.now(),
  );
  #processes: Processes | null = null;
  /** What is written goes one after the other. */
  #written: Promise<unknown> = Promise.resolve();
  #isClosed = false;
  /** Ends when nothing is heard of the program any more, and why is known. */
  #followed: Promise<void> = Promise.resolve();
  /** Why it ended, for the calls that were under way. */
  #fault: Error | null = null;

  /** @param open the processes of the workspace; throws words when it cannot be reached */
  constructor(program: Program, open: (signal: AbortSignal) => Promise<Processes>) {
    this.#program = program;
    this.#open = open;
  }

  get fault(): Error | null {
    return this.#fault;
  }

  async start(): Promise<void> {
    const { command, args, env } = this.#program;
    const processes = await this.#open(this.#stop.signal);
    this.#processes = processes;
    const spec = { key: this.#key, command: commandLine(command, args), env, stdin: true, leash_ms: leashMs };
    const { process } = await processes.start(spec, this.#stop.signal);
    if (process.start_error !== null) throw new Error(`it could not be started: ${process.start_error}`);
    this.#followed = this.#follow(processes);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const sent = this.#written.then(() => this.#write(serializeMessage(message)));
    this.#written = sent.catch(() => undefined);
    await sent;
  }

  async close(): Promise<void> {
    await this.#end("SIGTERM");
  }

  /** At once, for a program that does not stop sending. */
  kill(): void {
    void this.#end("SIGKILL");
  }

  async #write(line: string): Promise<void> {
    if (this.#processes === null || this.#isClosed) throw this.#fault ?? new Error("it has ended");
    for (let rest = line; rest !== ""; ) {
      const text = headOf(rest, inputPieceBytesMax);
      rest = rest.slice(text.length);
      await this.#writeSome(this.#processes, text);
    }
  }

  async #writeSome(processes: Processes, text: string): Promise<void> {
    try {
      await processes.writeInput({ key: this.#key, text }, this.#signal());
    } catch (error) {
      // A program that ends at once is often noticed here first: how it ended says more.
      // One that only reads no more goes on: not for ever.
      if (error instanceof AgentError && error.code === "process_ended")
        await Promise.race([this.#followed, sleep(endKnownMs, undefined, { ref: false })]);
      throw this.#fault ?? error;
    }
  }

  async #follow(processes: Processes): Promise<void> {
    try {
      let at = 0;
      for await (const event of processes.follow({ key: this.#key, offset: 0 }, this.#stop.signal)) {
        if (event.type === "ended") throw new Error(wordsOfEnd(event));
        if (event.offset !== at) throw new McpFault("flooding", "it sent more than could be kept");
        at += event.bytes.length;
        this.#take(event.bytes);
      }
    } catch (error) {
      if (this.#isClosed) return;
      this.#fault = error instanceof Error ? error : new Error(String(error));
      this.onerror?.(this.#fault);
      await this.#end("SIGKILL");
    }
  }

  #take(bytes: Uint8Array): void {
    if (this.#isTooMuch(bytes.length)) throw new McpFault("flooding", "it sent too much");
    this.#buffer.append(Buffer.from(bytes));
    for (;;) {
      const message = this.#buffer.readMessage();
      if (message === null) return;
      this.onmessage?.(message);
    }
  }

  async #end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stop.abort(this.#fault ?? new Error("the connection is closed"));
    this.onclose?.();
    // Nothing more is owed to it: what cannot be told the agent ends by its leash.
    const told = AbortSignal.timeout(processCallMs);
    await this.#processes?.signal({ key: this.#key, signal }, told).catch(() => undefined);
  }

  #signal(): AbortSignal {
    return AbortSignal.any([this.#stop.signal, AbortSignal.timeout(processCallMs)]);
  }
}

/** What it says beside the protocol goes nowhere, as with programs beside the worker. */
function commandLine(command: string, args: readonly string[]): string {
  return `exec ${[command, ...args].map(quoted).join(" ")} 2>/dev/null`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function wordsOfEnd({ process }: Extract<ProcessEvent, { type: "ended" }>): string {
  const { state, exit_code, signal } = process;
  if (state === "lost") return "it ended when the workspace's agent did";
  if (exit_code === 127) return "the program was not found in the workspace";
  return signal === null ? `it ended with exit code ${exit_code}` : `it was ended by ${signal}`;
}
