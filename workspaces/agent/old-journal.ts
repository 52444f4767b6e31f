// Takes over what agents before journal.db wrote down: a folder for each process, and lines of JSON for forgotten keys and effects.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import { newMark } from "./processes/call-processes.ts";
import { processSchema } from "./wire/answers.ts";

const names = { processes: "processes", forgotten: "forgotten.jsonl", effects: "effects.jsonl" } as const;

// Commands can reach these files.
const startSchema = processSchema.pick({ key: true, command: true, cwd: true, started_at: true });
const endSchema = processSchema
  .pick({ exit_code: true, signal: true, start_error: true, ended_at: true, output_bytes: true })
  .extend({ state: z.enum(["exited", "lost"]), elapsed_ms: z.int() });
const recordSchema = z.object({ digest: z.string(), order: z.int() });
const identitySchema = z.object({ pid: z.int(), start_ticks: z.string(), boot_id: z.string() });
const forgottenSchema = recordSchema.extend({ process: startSchema.extend(endSchema.shape) });
const effectSchema = z.object({
  key: z.string(),
  digest: z.string(),
  at: z.int(),
  outcome: z.looseObject({ type: z.enum(["answer", "error"]) }).optional(),
});

/**
 * Writes it all into the journal at once, as often as it is called: keys that the journal has stay as they are. A process
 * without an end counts as running, so that whoever opens the journal ends what is left of it.
 */
export function importOldJournal(database: DatabaseSync, folder: string): void {
  const forgotten = readJson(join(folder, names.forgotten), forgottenSchema).map(({ digest, process }) => ({
    ...process,
    digest,
    mark: 0,
    pid: null,
    pid_started: null,
    forgotten: 1,
  }));
  const addProcess = database.prepare(
    `insert or ignore into processes (key, digest, command, cwd, started_at, mark, pid, pid_started, state, exit_code,
       signal, start_error, ended_at, elapsed_ms, output_bytes, forgotten)
     values (:key, :digest, :command, :cwd, :started_at, :mark, :pid, :pid_started, :state, :exit_code,
       :signal, :start_error, :ended_at, :elapsed_ms, :output_bytes, :forgotten)`,
  );
  // Of two lines with one key the later one tells how it ended.
  const addEffect = database.prepare(
    `insert into effects (key, digest, at, outcome) values (?, ?, ?, ?)
     on conflict (key) do update set outcome = coalesce(outcome, excluded.outcome) where digest = excluded.digest`,
  );
  database.exec("begin immediate");
  // Whoever opens the journal closes it after an error, which takes the transaction back.
  for (const row of [...forgotten, ...readProcesses(join(folder, names.processes))]) addProcess.run(row);
  for (const { key, digest, at, outcome } of readJson(join(folder, names.effects), effectSchema)) {
    addEffect.run(key, digest, at, outcome === undefined ? null : JSON.stringify(outcome));
  }
  database.exec("commit");
}

interface NumberedProcess {
  readonly key: string;
  readonly number: number;
}

/** Moves the output of these processes to where `folderOf` says, and removes the rest of what the journal now holds. */
export function takeOldOutput(
  folder: string,
  processes: readonly NumberedProcess[],
  folderOf: (process: NumberedProcess) => string,
): void {
  const old = new Set(filesIn(join(folder, names.processes)));
  for (const record of processes) {
    const name = createHash("sha256").update(record.key).digest("hex").slice(0, 40);
    if (!old.has(name)) continue;
    mkdirSync(dirname(folderOf(record)), { recursive: true, mode: 0o700 });
    renameSync(join(folder, names.processes, name), folderOf(record));
  }
  for (const name of Object.values(names)) rmSync(join(folder, name), { recursive: true, force: true });
}

function readProcesses(folder: string) {
  const bootId = orNothing(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  const found = filesIn(folder).flatMap((name) => {
    // A start that was not written in full never happened: the process was started after that.
    const [start] = readJson(join(folder, name, "start.json"), startSchema.extend(recordSchema.shape));
    const [identity] = readJson(join(folder, name, "pid.json"), identitySchema);
    const [end] = readJson(join(folder, name, "end.json"), endSchema);
    return start === undefined ? [] : { start, identity, end };
  });
  const how = { exit_code: null, signal: null, start_error: null, ended_at: null };
  const running = { state: "running", ...how, elapsed_ms: 0, output_bytes: 0 };
  return found
    .toSorted((a, b) => a.start.order - b.start.order)
    .map(({ start: { key, digest, command, cwd, started_at }, identity, end }) => ({
      key,
      digest,
      command,
      cwd,
      started_at,
      ...(end ?? running),
      // Nothing has this mark; what is left of the process is found by its group.
      mark: newMark(),
      pid: identity?.pid ?? null,
      pid_started: identity?.boot_id === bootId ? (identity?.start_ticks ?? null) : null,
      forgotten: 0,
    }));
}

/** The values of a file of JSON, one a line, without those that were written by half, or by a command. */
function readJson<Value>(path: string, schema: z.ZodType<Value>): readonly Value[] {
  // Anything but a file could keep the agent waiting.
  const text = orNothing(() => (statSync(path).isFile() ? readFileSync(path, "utf8") : ""));
  const lines = text?.split("\n") ?? [];
  return lines.flatMap((line) => orNothing(() => schema.parse(JSON.parse(line))) ?? []);
}

function filesIn(folder: string): readonly string[] {
  return orNothing(() => readdirSync(folder)) ?? [];
}

function orNothing<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
