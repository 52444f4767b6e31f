// The workspace agent runs inside the workspace. This file: the table of processes as an earlier daemon left it in the state
// folder. What ran when that died is lost: how it ended is not known, and what is left of it is killed.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  forgottenKeysMax,
  ringBytes,
  segmentBytes,
  spoolBytesMax,
  spoolsBytesMax,
  unwrittenBytesMax,
} from "../agent-limits.ts";
import { signalGroup } from "./end-group.ts";
import { ForgottenProcesses } from "./forgotten-processes.ts";
import { ManagedProcess } from "./managed-process.ts";
import { OutputLog } from "./output-log.ts";
import { PipePool } from "./output-pipe.ts";
import { loadSpool, OutputSpool } from "./output-spool.ts";
import { isAlive } from "./process-identity.ts";
import { type EndRecord, type JournaledProcess, ProcessJournal } from "./process-journal.ts";
import { ProcessTable } from "./process-table.ts";
import { SpoolBudget } from "./spool-budget.ts";

export interface ProcessTableOptions {
  readonly root: string;
  readonly stateFolder: string;
  readonly env: Readonly<Record<string, string>>;
  /** A line for people. */
  readonly log: (line: string) => void;
}

const spoolLimits = { segmentBytes, spoolBytesMax };
const logLimits = { ringBytes, unwrittenBytesMax };

export async function openProcesses(options: ProcessTableOptions): Promise<ProcessTable> {
  const { root, stateFolder, env } = options;
  await mkdir(stateFolder, { recursive: true, mode: 0o700 });
  const journal = new ProcessJournal(join(stateFolder, "processes"));
  const forgotten = await ForgottenProcesses.open(join(stateFolder, "forgotten.jsonl"), forgottenKeysMax);
  const budget = new SpoolBudget(spoolsBytesMax);
  const pipes = new PipePool(join(stateFolder, "pipes"));
  const onSpoolFault = (error: unknown) =>
    options.log(`output is kept in memory alone, the disk takes no more: ${String(error)}`);
  const newLog = (spool: OutputSpool, end?: number) =>
    new OutputLog({ spool, budget, limits: logLimits, onSpoolFault, ...(end !== undefined && { end }) });
  const loaded: ManagedProcess[] = [];
  for (const journaled of await journal.load()) {
    loaded.push(await restore(journaled, journal, newLog));
  }
  // Made while nobody waits yet.
  await pipes.fill();
  return new ProcessTable(
    {
      root,
      env,
      journal,
      forgotten,
      pipes,
      newLog: (folder) => newLog(new OutputSpool(folder, spoolLimits)),
    },
    loaded,
  );
}

async function restore(
  journaled: JournaledProcess,
  journal: ProcessJournal,
  newLog: (spool: OutputSpool, end?: number) => OutputLog,
): Promise<ManagedProcess> {
  const { folder, start } = journaled;
  const spool = await loadSpool(folder, spoolLimits);
  const end = journaled.end ?? lost(journaled, spool.end);
  if (journaled.end === null) {
    killLeftOver(journaled);
    journal.end(folder, end);
  }
  const log = newLog(spool, end.output_bytes);
  await log.close();
  return new ManagedProcess({ start, folder, journal, log }, end);
}

function lost({ start, seen_at }: JournaledProcess, outputBytes: number): EndRecord {
  return {
    state: "lost",
    exit_code: null,
    signal: null,
    start_error: null,
    ended_at: null,
    // To its last sign of life; that it lived longer cannot be known.
    elapsed_ms: Math.max(0, seen_at.getTime() - Date.parse(start.started_at)),
    output_bytes: outputBytes,
  };
}

/** In a sandbox with process ids of its own it died with the agent; elsewhere it would go on without anybody's knowledge. */
function killLeftOver({ identity }: JournaledProcess): void {
  if (identity === null || !isAlive(identity)) return;
  try {
    signalGroup(identity.pid, "SIGKILL");
  } catch {
    // Another user's by now.
  }
}
