// One process, from its start to what is known of it afterwards.
import { once } from "node:events";
import type { Writable } from "node:stream";
import { identify } from "../../../platform/system-processes.ts";
import { killAfterMs } from "../agent-limits.ts";
import { AgentError, type ProcessInfo, type ProcessSignal } from "../api.ts";
import type { Journal, ProcessEndRecord, ProcessRecord } from "../journal.ts";
import { inputBytesMax } from "../wire/protocol.ts";
import { endRest, signalCall } from "./call-processes.ts";
import { collectOutput } from "./collect-output.ts";
import { Leash } from "./leash.ts";
import type { OutputLog } from "./output-log.ts";
import type { Spawned } from "./spawn-command.ts";
import { resizeTerminal, type TerminalSize } from "./terminal.ts";

type Running = Extract<Spawned, { type: "running" }>;

export class ManagedProcess {
  readonly log: OutputLog;
  readonly #journal: Journal;
  readonly #startedAt = performance.now();
  #record: ProcessRecord;
  #running: Running | null = null;
  /** Set once it was told to end: whatever outlives its shell is killed at this time. */
  #killRestAt: number | null = null;
  #restGone: Promise<void> = Promise.resolve();
  #leash: Leash | null = null;
  /** The environment of the programs that set the size of its terminal; null: it has none. */
  #terminal: Readonly<Record<string, string>> | null = null;

  constructor(record: ProcessRecord, log: OutputLog, journal: Journal) {
    this.#record = record;
    this.log = log;
    this.#journal = journal;
  }

  get record(): ProcessRecord {
    return this.#record;
  }

  get hasEnded(): boolean {
    return this.#record.state !== "running";
  }

  info(): ProcessInfo {
    const { log } = this;
    const now = this.hasEnded ? {} : { elapsed_ms: this.#elapsedMs() };
    return processInfo({ ...this.#record, ...now, output_bytes: log.end }, log.keptFrom);
  }

  /** It is ended when nobody follows it for so long; undefined: it needs nobody. */
  keepOnLeash(ms: number | undefined): void {
    if (ms !== undefined) this.#leash = new Leash(ms, () => this.#endTied());
  }

  /** Somebody follows it until the returned function is called. */
  followed(): () => void {
    return this.#leash?.hold() ?? (() => undefined);
  }

  /** Takes what became of the spawn. Resolves when the process has ended and that is written down. Never rejects. */
  async run(spawned: Spawned): Promise<void> {
    if (spawned.type === "failed") {
      this.#finish({ exit_code: spawned.exit_code, start_error: spawned.reason });
      return;
    }
    const { child, pid } = spawned;
    this.#running = spawned;
    this.#record = { ...this.#record, pid };
    const exit = once(child, "exit");
    const settle = collectOutput(spawned.outputs, this.log);
    this.#journal.identifyProcess(this.#record.key, pid, identify(pid).started);
    const [exit_code, signal] = (await exit) as [number | null, NodeJS.Signals | null];
    const ended = { exit_code, signal, ended_at: new Date().toISOString(), elapsed_ms: this.#elapsedMs() };
    if (this.#killRestAt !== null) {
      const rest = { mark: this.#record.mark, leader: pid };
      this.#restGone = endRest(rest, this.#killRestAt - performance.now()).catch(() => undefined);
    }
    spawned.input?.destroy();
    await settle();
    this.#finish(ended);
  }

  /** Resolves when nothing is left of a process that was told to end, once its shell has exited. */
  async restGone(): Promise<void> {
    await this.#restGone;
  }

  #endTied(): void {
    try {
      this.signal("SIGTERM");
    } catch {
      // Another user's: the sandbox ends it.
    }
  }

  #finish(how: Partial<ProcessEndRecord>): void {
    const end: ProcessEndRecord = {
      state: "exited",
      exit_code: null,
      signal: null,
      start_error: null,
      ended_at: new Date().toISOString(),
      elapsed_ms: this.#elapsedMs(),
      output_bytes: this.log.end,
      ...how,
    };
    // Written down before anyone is told, so that no client is told "exited" and later "lost". A full disk keeps nobody waiting.
    this.#journal.endProcess(this.#record.key, end);
    this.#record = { ...this.#record, ...end };
    this.#leash?.drop();
    this.log.close();
    this.log.changed();
  }

  #elapsedMs(): number {
    return Math.round(performance.now() - this.#startedAt);
  }

  /** To everything that it started, also after its end. Throws `permission_denied`. */
  signal(signal: ProcessSignal): void {
    const { mark, pid } = this.#record;
    if (pid === null) return;
    const leaderLives = this.#alive() !== null;
    if (leaderLives && signal === "SIGTERM") this.#killRestAt ??= performance.now() + killAfterMs;
    if (leaderLives && signal === "SIGKILL") this.#killRestAt = performance.now();
    signalCall({ mark, leader: pid }, signal, leaderLives);
  }

  /** Throws `process_ended`, or `bad_request` when it takes no input, or none now. */
  writeInput(text: string, end: boolean): void {
    const running = this.#alive();
    if (running === null) throw new AgentError("process_ended", "The process has ended: it reads no input.");
    const input = writableInput(running.input);
    if (input.writableLength + Buffer.byteLength(text) > inputBytesMax) {
      const hint = "Wait until it has read what was written, or look at its output.";
      throw new AgentError("bad_request", "The process does not read its input: 1 MiB is waiting.", hint);
    }
    if (text !== "") input.write(text);
    if (end) input.end();
  }

  giveTerminal(env: Readonly<Record<string, string>>): void {
    this.#terminal = env;
  }

  /** Throws `process_ended`, or `bad_request` when it has no terminal. */
  async resize(size: TerminalSize): Promise<void> {
    const running = this.#alive();
    if (running === null) throw new AgentError("process_ended", "The process has ended: it has no terminal.");
    if (this.#terminal === null) throw new AgentError("bad_request", "The process has no terminal.");
    await resizeTerminal(running.pid, size, this.#terminal);
  }

  /** Null once its shell has been reaped: from then on the pid may be another's. */
  #alive(): Running | null {
    const running = this.#running;
    if (running === null || this.hasEnded) return null;
    return running.child.exitCode === null && running.child.signalCode === null ? running : null;
  }
}

/** `keptFrom`: the first byte of its output that can still be read. */
function processInfo(record: ProcessRecord, keptFrom: number): ProcessInfo {
  const { key, command, cwd, state, pid, exit_code, signal, start_error } = record;
  const { started_at, ended_at, elapsed_ms, output_bytes } = record;
  const times = { started_at, ended_at, elapsed_ms };
  const how = { state, pid: state === "running" ? pid : null, exit_code, signal, start_error };
  return { key, command, cwd, ...how, ...times, output_bytes, output_kept_from: keptFrom };
}

function writableInput(input: Writable | null): Writable {
  if (input === null) {
    throw new AgentError("bad_request", "The process takes no input.", "Start it with stdin: true.");
  }
  if (!input.writable) throw new AgentError("process_ended", "The process's input is closed.");
  return input;
}
