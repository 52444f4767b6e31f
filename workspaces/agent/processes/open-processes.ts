// The table of processes as an earlier agent left it. What ran when that agent died is lost: how it ended is not known, and
// what is left of it is killed.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { isSameProcess } from "../../../platform/system-processes.ts";
import { memoryBytesMax, outputBytesMax, outputsBytesMax, segmentBytes } from "../agent-limits.ts";
import type { Journal, ProcessEndRecord, ProcessRecord } from "../journal.ts";
import { takeOldOutput } from "../old-journal.ts";
import { killMarked, signalCall } from "./call-processes.ts";
import { ManagedProcess } from "./managed-process.ts";
import { OutputLog } from "./output-log.ts";
import { PipePool } from "./output-pipe.ts";
import { OutputBudget, OutputSegments } from "./output-segments.ts";
import { ProcessTable } from "./process-table.ts";

export interface OpenProcessesInput {
  readonly root: string;
  readonly stateFolder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly journal: Journal;
  /** A line for people. */
  readonly log: (line: string) => void;
}

export async function openProcesses(input: OpenProcessesInput): Promise<ProcessTable> {
  const { root, stateFolder, env, journal } = input;
  const outputs = join(stateFolder, "output");
  const outputOf = ({ number }: Pick<ProcessRecord, "number">) => join(outputs, String(number));
  // A fresh journal gives the same numbers again.
  if (journal.isFresh) rmSync(outputs, { recursive: true, force: true });
  const records = journal.processes();
  takeOldOutput(stateFolder, records, outputOf);
  const budget = new OutputBudget(outputsBytesMax);
  const onDiskFault = (error: unknown) =>
    input.log(`output is kept in memory alone, the disk takes no more: ${String(error)}`);
  const newLog = (record: ProcessRecord) => {
    const segments = new OutputSegments(outputOf(record), { segmentBytes, outputBytesMax }, budget);
    const end = record.state === "running" ? segments.end : record.output_bytes;
    return new OutputLog({ segments, memoryBytesMax, onDiskFault }, end);
  };
  const loaded = records.map((record) => {
    const log = newLog(record);
    if (record.state !== "running") return new ManagedProcess(record, log, journal);
    killLeftOver(record);
    const end = lost(record, log);
    journal.endProcess(record.key, end);
    return new ManagedProcess({ ...record, ...end }, log, journal);
  });
  const pipes = new PipePool(join(stateFolder, "pipes"));
  // Made while nobody waits yet.
  await pipes.fill();
  return new ProcessTable({ root, env, journal, pipes, newLog }, loaded);
}

function lost({ started_at }: ProcessRecord, log: OutputLog): ProcessEndRecord {
  // To its last sign of life; that it lived longer cannot be known.
  const elapsed_ms = Math.max(0, Math.round(log.writtenAtMs - Date.parse(started_at)));
  const how = { exit_code: null, signal: null, start_error: null, ended_at: null };
  return { state: "lost", ...how, elapsed_ms, output_bytes: log.end };
}

/** In a sandbox with process ids of its own it died with the agent; elsewhere it would go on without anybody's knowledge. */
function killLeftOver({ mark, pid, pid_started }: ProcessRecord): void {
  // The agent died between the start and writing down the pid.
  if (pid === null) return killMarked([mark]);
  try {
    signalCall({ mark, leader: pid }, "SIGKILL", isSameProcess({ pid, started: pid_started }));
  } catch {
    // Another user's by now.
  }
}
