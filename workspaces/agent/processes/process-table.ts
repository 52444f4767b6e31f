// The workspace agent runs inside the workspace. This file: its processes, by the keys under which they were started.
import { createHash } from "node:crypto";
import {
  forgottenCommandCharsMax,
  keptProcessesMax,
  killAfterMs,
  killedWithinMs,
  runningProcessesMax,
} from "../agent-limits.ts";
import { AgentError, type ProcessInfo, type ProcessStart } from "../api.ts";
import type { ForgottenProcess, ForgottenProcesses } from "./forgotten-processes.ts";
import { ManagedProcess } from "./managed-process.ts";
import { nextChange } from "./next-change.ts";
import type { OutputLog } from "./output-log.ts";
import type { PipePool } from "./output-pipe.ts";
import { processFolder } from "./process-folder.ts";
import type { ProcessJournal, StartRecord } from "./process-journal.ts";
import { spawnCommand } from "./spawn-command.ts";

export interface ProcessTableParts {
  readonly root: string;
  /** Of every process; a process's own is added to it. */
  readonly env: Readonly<Record<string, string>>;
  readonly journal: ProcessJournal;
  readonly forgotten: ForgottenProcesses;
  readonly pipes: PipePool;
  readonly newLog: (folder: string) => OutputLog;
}

interface Slot {
  readonly digest: string;
  readonly order: number;
  /** Settled when the process has been spawned, or could not be. */
  readonly started: Promise<ManagedProcess>;
  /** Once it has. */
  process: ManagedProcess | null;
}

export class ProcessTable {
  readonly #parts: ProcessTableParts;
  readonly #slots = new Map<string, Slot>();
  #newestOrder: number;
  #closing = false;
  #forgetting = false;

  /** `loaded`: what earlier daemons left, oldest first, all of it ended. */
  constructor(parts: ProcessTableParts, loaded: readonly ManagedProcess[] = []) {
    this.#parts = parts;
    this.#newestOrder = parts.forgotten.newestOrder;
    for (const process of loaded) {
      const { key, digest, order } = process.start;
      this.#slots.set(key, { digest, order, process, started: Promise.resolve(process) });
      this.#newestOrder = Math.max(this.#newestOrder, order);
    }
  }

  /** Starts it, or finds what was started under its key. Throws `key_conflict`, `too_many_processes`, `outside_workspace` … */
  async start(spec: ProcessStart): Promise<{ readonly process: ProcessInfo; readonly created: boolean }> {
    const digest = digestOf(spec);
    const slot = this.#slots.get(spec.key);
    const known = slot ?? this.#parts.forgotten.get(spec.key);
    if (known !== undefined && known.digest !== digest) {
      throw new AgentError("key_conflict", `Another command was started as ${spec.key}.`);
    }
    if (slot !== undefined) return { process: (await slot.started).info(), created: false };
    const forgotten = this.#parts.forgotten.get(spec.key);
    if (forgotten !== undefined) return { process: forgotten.process, created: false };
    this.#refuseMore();
    const { started } = this.#reserve(spec, digest);
    return { process: (await started).info(), created: true };
  }

  #refuseMore(): void {
    if (this.#closing) throw new AgentError("unreachable", "The workspace is being stopped.");
    if (this.#running().length < runningProcessesMax) return;
    const hint = "End some with process_signal, or wait for them.";
    throw new AgentError("too_many_processes", `${runningProcessesMax} processes are running.`, hint);
  }

  /** From here on the key is taken: nothing is awaited between the look and this. */
  #reserve(spec: ProcessStart, digest: string): Slot {
    const order = ++this.#newestOrder;
    const started = this.#begin(spec, { digest, order });
    const slot: Slot = { digest, order, started, process: null };
    this.#slots.set(spec.key, slot);
    started.then(
      (process) => {
        slot.process = process;
      },
      // Nothing was run: the key is free again.
      () => this.#slots.delete(spec.key),
    );
    return slot;
  }

  async #begin(
    spec: ProcessStart,
    slot: { readonly digest: string; readonly order: number },
  ): Promise<ManagedProcess> {
    const { root, env, journal, pipes, newLog } = this.#parts;
    const cwd = processFolder(root, spec.cwd ?? ".");
    const { key, command } = spec;
    const start: StartRecord = {
      key,
      command,
      cwd: cwd.shown,
      started_at: new Date().toISOString(),
      ...slot,
    };
    const folder = await journal.begin(start);
    const process = new ManagedProcess({ start, folder, journal, log: newLog(folder) });
    const spawned = await spawnCommand(
      { text: command, folder: cwd.path, env: { ...env, ...spec.env }, stdin: spec.stdin === true },
      pipes,
    );
    // Its start is told before its end is waited for.
    const ran = process.run(spawned).then(() => this.#forgetOldest());
    // Why it could not be started is part of the answer.
    if (spawned.type === "failed") await ran;
    return process;
  }

  #running(): readonly Slot[] {
    return [...this.#slots.values()].filter(({ process }) => process === null || !process.ended);
  }

  /** At each end: only ended ones can be forgotten, and those that run are few. */
  async #forgetOldest(): Promise<void> {
    if (this.#forgetting) return;
    this.#forgetting = true;
    for (;;) {
      const ended = [...this.#slots.values()].filter(({ process }) => process?.ended === true);
      const oldest = ended[0]?.process;
      if (oldest == null || ended.length <= keptProcessesMax || !(await this.#forget(oldest))) break;
    }
    this.#forgetting = false;
  }

  /** False: it has to be kept. */
  async #forget(process: ManagedProcess): Promise<boolean> {
    const { digest, order, key } = process.start;
    const info = process.info();
    const command = info.command.slice(0, forgottenCommandCharsMax);
    const last = { ...info, command, output_kept_from: info.output_bytes };
    try {
      await this.#parts.forgotten.add({ digest, order, process: last });
    } catch {
      // The disk is full: it is kept, so that its key stays taken.
      return false;
    }
    this.#slots.delete(key);
    await process.log.remove();
    await this.#parts.journal.forget(process.folder);
    return true;
  }

  /** Throws `process_not_found`. A forgotten process has ended and has no output. */
  async find(key: string): Promise<ManagedProcess | ForgottenProcess> {
    const slot = this.#slots.get(key);
    const found = slot === undefined ? this.#parts.forgotten.get(key) : await slot.started;
    if (found !== undefined) return found;
    throw new AgentError("process_not_found", `No process was started as ${key}.`);
  }

  /** Newest first. */
  list(): readonly ProcessInfo[] {
    const started = [...this.#slots.values()].map(({ process }) => process).filter((one) => one !== null);
    return started.sort((a, b) => b.start.order - a.start.order).map((process) => process.info());
  }

  /** Ends all that runs: SIGTERM, and SIGKILL five seconds later. No more are started. */
  async close(): Promise<void> {
    this.#closing = true;
    const started = await Promise.allSettled([...this.#slots.values()].map(async (slot) => slot.started));
    const running = started
      .flatMap((one) => (one.status === "fulfilled" ? [one.value] : []))
      .filter((process) => !process.ended);
    for (const process of running) tryToSignal(process, "SIGTERM");
    await endedWithin(running, killAfterMs);
    for (const process of running) tryToSignal(process, "SIGKILL");
    await endedWithin(running, killedWithinMs);
    await Promise.all(running.map(async (process) => process.groupGone()));
    await this.#parts.forgotten.close();
  }
}

function tryToSignal(process: ManagedProcess, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.signal(signal);
  } catch {
    // Another user's: the sandbox ends it.
  }
}

async function endedWithin(processes: readonly ManagedProcess[], withinMs: number): Promise<void> {
  const timeout = AbortSignal.timeout(withinMs);
  await Promise.all(processes.map(async (process) => untilEnded(process, timeout)));
}

async function untilEnded(process: ManagedProcess, signal: AbortSignal): Promise<void> {
  while (!process.ended && !signal.aborted) await nextChange(process, signal);
}

/** Of what is run and how; the key is not part of it. */
function digestOf(spec: ProcessStart): string {
  const env = Object.entries(spec.env ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const what = [spec.command, spec.cwd ?? ".", env, spec.stdin === true];
  return createHash("sha256").update(JSON.stringify(what)).digest("hex");
}
