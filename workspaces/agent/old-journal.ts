// Takes over what agents before journal.db wrote down: a folder for each process, and lines of JSON for forgotten keys and effects.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import * as z from "zod";
import { newMark } from "./processes/call-processes.ts";

const processesName = "processes";
const forgottenName = "forgotten.jsonl";
const effectsName = "effects.jsonl";

const started = { key: z.string(), command: z.string(), cwd: z.string(), started_at: z.string() };
const ended = {
  state: z.enum(["exited", "lost"]),
  exit_code: z.int().nullable(),
  signal: z.string().nullable(),
  start_error: z.string().nullable(),
  ended_at: z.string().nullable(),
  elapsed_ms: z.int(),
  output_bytes: z.int(),
};
const startSchema = z.object({ ...started, digest: z.string(), order: z.int() });
const identitySchema = z.object({ pid: z.int(), start_ticks: z.string(), boot_id: z.string() });
const endSchema = z.object(ended);
const forgottenSchema = z.object({
  digest: z.string(),
  order: z.int(),
  process: z.object({ ...started, ...ended }),
});
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
  const forgotten = readLines(join(folder, forgottenName), forgottenSchema);
  const processes = readProcesses(join(folder, processesName));
  const effects = readLines(join(folder, effectsName), effectSchema);
  if (forgotten.length + processes.length + effects.length === 0) return;
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
  try {
    const unknown = { mark: 0, pid: null, pid_started: null };
    for (const { process, digest } of forgotten)
      addProcess.run({ ...unknown, ...process, digest, forgotten: 1 });
    for (const row of processes) addProcess.run(row);
    for (const { key, digest, at, outcome } of effects) {
      addEffect.run(key, digest, at, outcome === undefined ? null : JSON.stringify(outcome));
    }
    database.exec("commit");
  } catch (error) {
    database.exec("rollback");
    throw error;
  }
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
  const old = join(folder, processesName);
  for (const record of isFolder(old) ? processes : []) {
    const output = join(old, createHash("sha256").update(record.key).digest("hex").slice(0, 40));
    if (!isFolder(output)) continue;
    mkdirSync(join(folderOf(record), ".."), { recursive: true, mode: 0o700 });
    renameSync(output, folderOf(record));
  }
  for (const name of [processesName, forgottenName, effectsName]) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function readProcesses(folder: string) {
  const found = (isFolder(folder) ? readdirSync(folder) : []).flatMap((name) => {
    const read = <Value>(file: string, schema: z.ZodType<Value>) =>
      parsed(readText(join(folder, name, file)), schema)[0];
    const start = read("start.json", startSchema);
    // A start that was not written in full never happened: the process was started after that.
    if (start === undefined) return [];
    return { start, identity: read("pid.json", identitySchema), end: read("end.json", endSchema) };
  });
  const running = {
    state: "running",
    exit_code: null,
    signal: null,
    start_error: null,
    ended_at: null,
    elapsed_ms: 0,
    output_bytes: 0,
  };
  const bootId = readText("/proc/sys/kernel/random/boot_id").trim();
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
      pid_started: identity?.boot_id === bootId ? identity.start_ticks : null,
      forgotten: 0,
    }));
}

function readLines<Value>(path: string, schema: z.ZodType<Value>): readonly Value[] {
  return readText(path)
    .split("\n")
    .flatMap((line) => parsed(line, schema));
}

/** Nothing for what was written by half, or by a command. */
function parsed<Value>(text: string, schema: z.ZodType<Value>): readonly Value[] {
  try {
    const { data } = schema.safeParse(JSON.parse(text));
    return data === undefined ? [] : [data];
  } catch {
    return [];
  }
}

/** Empty when there is no such file. */
function readText(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(path, "utf8") : "";
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
