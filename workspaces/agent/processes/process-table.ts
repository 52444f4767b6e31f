// The agent's processes, by the keys under which they were started.
import { createHash } from "node:crypto";
import { keptProcessesMax, killAfterMs, killedWithinMs, runningProcessesMax } from "../agent-limits.ts";
import { AgentError, type ProcessInfo, type ProcessSignal, type ProcessStart } from "../api.ts";
import type { Journal, ProcessRecord } from "../journal.ts";
import { findMarked, killMarked, newMark } from "./call-processes.ts";
import { ManagedProcess } from "./managed-process.ts";
import type { OutputLog } from "./output-log.ts";
import type { PipePool } from "./output-pipe.ts";
import { processFolder } from "./process-folder.ts";
import { type Command, shellPath, spawnCommand } from "./spawn-command.ts";
import { inTerminal, requireTerminalPrograms, terminalEnvironment } from "./terminal.ts";

export interface ProcessTableInput {
  readonly root: string;
  /** Of every process; a process's own is added to it. */
  readonly env: Readonly<Record<string, string>>;
  readonly journal: Journal;
  readonly pipes: PipePool;
  /** The output of a process, as far as it is on disk. */
  readonly newLog: (record: ProcessRecord) => OutputLog;
}

interface Slot {
  readonly digest: string;
  /** Settled when the process has been spawned, or could not be. */
  readonly started: Promise<ManagedProcess>;
  /** Once it has. */
  process: ManagedProcess | null;
}

export class ProcessTable {
  readonly #input: ProcessTableInput;
  /** Oldest first. */
  readonly #slots = new Map<string, Slot>();
  #isClosing = false;
  #changed: () => void = () => undefined;

  /** `loaded`: what earlier agents left, oldest first, all of it ended. */
  constructor(input: ProcessTableInput, loaded: readonly ManagedProcess[]) {
    this.#input = input;
    for (const process of loaded) this.#slots.set(process.record.key, slotOf(process));
  }

  /** Starts it, or finds what was started under its key. Throws `key_conflict`, `too_many_processes`, `outside_workspace` … */
  async start(spec: ProcessStart): Promise<{ readonly process: ProcessInfo; readonly created: boolean }> {
    const { key } = spec;
    const digest = digestOf(spec);
    const known = this.#known(key);
    if (known !== null && known.digest !== digest) {
      throw new AgentError("key_conflict", `Another command was started as ${key}.`);
    }
    if (known !== null) return { process: (await known.started).info(), created: false };
    this.#refuseMore();
    // From here on the key is taken: nothing is awaited between the look and this.
    const reserved: Slot = { digest, started: this.#begin(spec, digest), process: null };
    this.#slots.set(key, reserved);
    try {
      reserved.process = await reserved.started;
    } catch (error) {
      // Nothing was run: the key is free again.
      this.#slots.delete(key);
      throw error;
    }
    return { process: reserved.process.info(), created: true };
  }

  #refuseMore(): void {
    if (this.#isClosing) throw new AgentError("unreachable", "The workspace is being stopped.");
    const running = [...this.#slots.values()].filter(({ process }) => process?.hasEnded !== true);
    if (running.length < runningProcessesMax) return;
    const hint = "End some with process_signal, or wait for them.";
    throw new AgentError("too_many_processes", `${runningProcessesMax} processes are running.`, hint);
  }

  async #begin(spec: ProcessStart, digest: string): Promise<ManagedProcess> {
    const { root, env, journal, pipes, newLog } = this.#input;
    const cwd = processFolder(root, spec.cwd ?? ".");
    const { key, command } = spec;
    if (spec.terminal !== undefined) await requireTerminalPrograms(env);
    const started_at = new Date().toISOString();
    const mark = newMark();
    const record = await journal.beginProcess({ key, digest, command, cwd: cwd.shown, started_at, mark });
    const process = new ManagedProcess(record, newLog(record), journal);
    process.keepOnLeash(spec.leash_ms);
    const spawned = await spawnCommand({ ...howToRun(spec, env), folder: cwd.path, mark }, pipes);
    if (spec.terminal !== undefined) process.giveTerminal(env);
    // Its start is told before its end is waited for.
    const ran = process.run(spawned).then(() => {
      this.#forgetOldest();
      this.#changed();
    });
    this.#changed();
    // Why it could not be started is part of the answer.
    if (spawned.type === "failed") await ran;
    return process;
  }

  /** At each end: only ended ones can be forgotten, and those that run are few. */
  #forgetOldest(): void {
    const ended = [...this.#slots.values()].flatMap(({ process }) => (process?.hasEnded ? process : []));
    for (const { record, log } of ended.slice(0, Math.max(0, ended.length - keptProcessesMax))) {
      // On a full disk it is kept, so that its key stays taken.
      if (!this.#input.journal.forgetProcess(record.key)) return;
      this.#slots.delete(record.key);
      log.remove();
    }
  }

  /** Throws `process_not_found`. */
  async find(key: string): Promise<ManagedProcess> {
    const known = this.#known(key);
    if (known !== null) return known.started;
    throw new AgentError("process_not_found", `No process was started as ${key}.`);
  }

  /** One that was forgotten has ended, and its output is gone. */
  #known(key: string): Slot | null {
    const slot = this.#slots.get(key);
    if (slot !== undefined) return slot;
    const { journal, newLog } = this.#input;
    const record = journal.forgottenProcess(key);
    return record === null ? null : slotOf(new ManagedProcess(record, newLog(record), journal));
  }

  /** Newest first, with how many of the processes that each has started outlive it. */
  list(): readonly ProcessInfo[] {
    const processes = this.#processes();
    const ended = processes.filter(({ hasEnded }) => hasEnded);
    const left = findMarked(new Set(ended.map(({ record }) => record.mark)));
    return processes.toReversed().map((process) => {
      const survivors = process.hasEnded ? (left.get(process.record.mark)?.length ?? 0) : 0;
      return { ...process.info(), survivors };
    });
  }

  /** Whether a command runs, or is being started. */
  get isBusy(): boolean {
    return [...this.#slots.values()].some(({ process }) => process?.hasEnded !== true);
  }

  /** Calls `changed` whenever a command begins or ends. */
  onChange(changed: () => void): void {
    this.#changed = changed;
  }

  /** Ends all that runs and was started before `sinceMs`, at once, and says why in its output. */
  endRunning(words: string, sinceMs: number): void {
    for (const process of this.#processes()) {
      if (process.hasEnded || Date.parse(process.record.started_at) >= sinceMs) continue;
      process.log.append(Buffer.from(`\n${words}\n`));
      tryToSignal(process, "SIGKILL");
    }
  }

  #processes(): readonly ManagedProcess[] {
    return [...this.#slots.values()].flatMap(({ process }) => process ?? []);
  }

  /** Ends all that runs: SIGTERM, and SIGKILL five seconds later. No more are started. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.allSettled([...this.#slots.values()].map(({ started }) => started));
    const running = this.#processes().filter(({ hasEnded }) => !hasEnded);
    for (const process of running) tryToSignal(process, "SIGTERM");
    await endedWithin(running, killAfterMs);
    for (const process of running) tryToSignal(process, "SIGKILL");
    await endedWithin(running, killedWithinMs);
    await Promise.all(running.map((process) => process.restGone()));
    // What commands left in the background when they ended goes, too.
    killMarked(this.#processes().map(({ record }) => record.mark));
  }
}

function slotOf(process: ManagedProcess): Slot {
  return { digest: process.record.digest, process, started: Promise.resolve(process) };
}

function tryToSignal(process: ManagedProcess, signal: ProcessSignal): void {
  try {
    process.signal(signal);
  } catch {
    // Another user's: the sandbox ends it.
  }
}

async function endedWithin(processes: readonly ManagedProcess[], withinMs: number): Promise<void> {
  const timeout = AbortSignal.timeout(withinMs);
  await Promise.all(
    processes.map(async (process) => {
      while (!process.hasEnded && !timeout.aborted) await process.log.nextChange(timeout);
    }),
  );
}

function howToRun(
  { command, env: own, stdin, terminal }: ProcessStart,
  env: Readonly<Record<string, string>>,
): Omit<Command, "folder" | "mark"> {
  if (terminal === undefined) return { text: command, env: { ...env, ...own }, stdin: stdin === true };
  const text = inTerminal(command, terminal);
  // bash would take the socket that it reads for a login from elsewhere, and run the start-up file of a person's shell.
  const shell = "/bin/sh";
  return { text, shell, env: { ...terminalEnvironment(env, shellPath), ...own }, stdin: true };
}

/** Covers what is run and how, but not the key, and not the size of a terminal, which changes. */
function digestOf(spec: ProcessStart): string {
  const env = Object.entries(spec.env ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const leash = spec.leash_ms === undefined ? [] : [spec.leash_ms];
  const terminal = spec.terminal === undefined ? [] : ["terminal"];
  const what = [spec.command, spec.cwd ?? ".", env, spec.stdin === true, ...leash, ...terminal];
  return createHash("sha256").update(JSON.stringify(what)).digest("hex");
}
