// The workspace agent runs inside the workspace. This file: one process, from its start to what is known of it afterwards.
import { once } from "node:events";
import type { Writable } from "node:stream";
import { killAfterMs } from "../agent-limits.ts";
import { AgentError, type ProcessInfo, type ProcessSignal } from "../api.ts";
import { inputBytesMax } from "../wire/protocol.ts";
import { collectOutput } from "./collect-output.ts";
import { endRestOfGroup, signalGroup } from "./end-group.ts";
import type { OutputLog } from "./output-log.ts";
import { identityOf } from "./process-identity.ts";
import type { EndRecord, ProcessJournal, StartRecord } from "./process-journal.ts";
import type { Spawned } from "./spawn-command.ts";

type Running = Extract<Spawned, { type: "running" }>;
type Outcome = Omit<EndRecord, "output_bytes">;

export interface ProcessParts {
  readonly start: StartRecord;
  /** The process's own, in the journal. */
  readonly folder: string;
  readonly log: OutputLog;
  readonly journal: ProcessJournal;
}

export class ManagedProcess {
  readonly start: StartRecord;
  readonly log: OutputLog;
  readonly #folder: string;
  readonly #journal: ProcessJournal;
  readonly #startedAt = performance.now();
  #running: Running | null = null;
  #end: EndRecord | null;
  /** When the group was told to end, what of it outlives its leader is killed at this time. */
  #endGroupBy: number | null = null;
  #groupGone: Promise<void> = Promise.resolve();

  constructor(parts: ProcessParts, end: EndRecord | null = null) {
    this.start = parts.start;
    this.log = parts.log;
    this.#folder = parts.folder;
    this.#journal = parts.journal;
    this.#end = end;
  }

  get ended(): boolean {
    return this.#end !== null;
  }

  get folder(): string {
    return this.#folder;
  }

  info(): ProcessInfo {
    const { key, command, cwd, started_at } = this.start;
    const end = this.#end;
    return {
      key,
      command,
      cwd,
      state: end?.state ?? "running",
      pid: end === null ? (this.#running?.pid ?? null) : null,
      exit_code: end?.exit_code ?? null,
      signal: end?.signal ?? null,
      start_error: end?.start_error ?? null,
      started_at,
      ended_at: end?.ended_at ?? null,
      elapsed_ms: end?.elapsed_ms ?? Math.round(performance.now() - this.#startedAt),
      output_bytes: this.log.end,
      output_kept_from: this.log.keptFrom,
    };
  }

  /** Takes what became of the spawn. Resolves when the process has ended and that is written down. Never throws. */
  async run(spawned: Spawned): Promise<void> {
    if (spawned.type === "failed") {
      const { exit_code, reason } = spawned;
      await this.#finish(this.#outcome({ exit_code, start_error: reason }));
      return;
    }
    this.#running = spawned;
    const exit = once(spawned.child, "exit");
    const output = collectOutput(spawned.outputs, this.log);
    this.#identify(spawned.pid);
    const [exitCode, signal] = (await exit) as [number | null, NodeJS.Signals | null];
    const outcome = this.#outcome({ exit_code: exitCode, signal });
    if (this.#endGroupBy !== null) {
      const graceMs = this.#endGroupBy - performance.now();
      this.#groupGone = endRestOfGroup(spawned.pid, graceMs).catch(() => undefined);
    }
    spawned.input?.destroy();
    await output.settle();
    await this.#finish(outcome);
  }

  #identify(pid: number): void {
    const identity = identityOf(pid);
    // Without it a successor cannot end what is left of us; nothing else depends on it.
    if (identity !== null) this.#journal.identify(this.#folder, identity);
  }

  /** How it ended, now. */
  #outcome(how: Partial<Outcome>): Outcome {
    const ended_at = new Date().toISOString();
    const elapsed_ms = Math.round(performance.now() - this.#startedAt);
    return {
      state: "exited",
      exit_code: null,
      signal: null,
      start_error: null,
      ended_at,
      elapsed_ms,
      ...how,
    };
  }

  /** Resolves when nothing is left of a group that was told to end, once its leader has exited. */
  async groupGone(): Promise<void> {
    await this.#groupGone;
  }

  async #finish(outcome: Outcome): Promise<void> {
    await this.log.drained();
    const end = { ...outcome, output_bytes: this.log.end };
    // Written before it is told: nobody may hear "exited" and later "lost". A full disk keeps nobody waiting, though.
    this.#journal.end(this.#folder, end);
    this.#end = end;
    this.log.changed();
    await this.log.close();
  }

  /** To the group, while its leader is there. Throws `permission_denied`. */
  signal(signal: ProcessSignal): void {
    const running = this.#alive();
    if (running === null) return;
    if (signal === "SIGTERM") this.#endGroupBy ??= performance.now() + killAfterMs;
    if (signal === "SIGKILL") this.#endGroupBy = performance.now();
    signalGroup(running.pid, signal);
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

  /** Null once the leader has been reaped: from then on its number may be another's. */
  #alive(): Running | null {
    const running = this.#running;
    if (running === null || this.#end !== null) return null;
    return running.child.exitCode === null && running.child.signalCode === null ? running : null;
  }
}

function writableInput(input: Writable | null): Writable {
  if (input === null) {
    throw new AgentError("bad_request", "The process takes no input.", "Start it with stdin: true.");
  }
  if (!input.writable) throw new AgentError("process_ended", "The process's input is closed.");
  return input;
}
