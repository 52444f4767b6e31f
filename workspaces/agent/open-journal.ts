// The agent's journal as a file: one SQLite database. One that commands have damaged is set aside.
import { openSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { AgentError } from "./api.ts";
import { importOldJournal } from "./old-journal.ts";

/** Newer agents raise it when they change the tables. */
const journalVersion = 1;

const tables = `
  create table processes (
    number integer primary key autoincrement,
    key text not null unique,
    digest text not null,
    command text not null,
    cwd text not null,
    started_at text not null,
    mark integer not null,
    pid integer,
    pid_started text,
    state text not null default 'running',
    exit_code integer,
    signal text,
    start_error text,
    ended_at text,
    elapsed_ms integer not null default 0,
    output_bytes integer not null default 0,
    forgotten integer not null default 0
  ) strict;
  create index processes_forgotten on processes (forgotten, number);
  create table effects (
    key text primary key,
    digest text not null,
    at integer not null,
    outcome text
  ) strict;
  create index effects_at on effects (at);
  pragma user_version = ${journalVersion};`;

export interface OpenedJournal {
  readonly database: DatabaseSync;
  /** The file of the write-ahead log, to which each change goes first. */
  readonly log: number;
  /** It was begun anew: nothing is known of what came before. */
  readonly isFresh: boolean;
}

export function openJournal(path: string, say: (line: string) => void): OpenedJournal {
  try {
    return openDatabase(path);
  } catch (error) {
    if (codeOf(error) === sqliteBusy) {
      throw new Error(`another agent has the journal ${path} open`, { cause: error });
    }
    if (!isDamaged(error)) throw error;
    say(`the journal ${path} is damaged and set aside, an empty one is begun: ${(error as Error).message}`);
    setAside(path);
    return openDatabase(path);
  }
}

function openDatabase(path: string): OpenedJournal {
  const database = new DatabaseSync(path);
  try {
    // One agent at a time. What is committed survives the agent's death; `beginProcess` sees to power failures.
    database.exec("pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal");
    const check = database.prepare("pragma quick_check(1)").get()?.["quick_check"];
    if (check !== "ok") throw Object.assign(new Error(String(check)), { errcode: sqliteCorrupt });
    const version = database.prepare("pragma user_version").get()?.["user_version"];
    if (version === 0) database.exec(`begin immediate; ${tables} commit`);
    else if (version !== journalVersion) {
      throw new Error(
        `The journal ${path} has version ${String(version)}, this agent knows version ${journalVersion}. A newer Everturn has run this workspace: use that one.`,
      );
    }
    importOldJournal(database, dirname(path));
    return { database, log: openSync(`${path}-wal`, "r+"), isFresh: version === 0 };
  } catch (error) {
    database.close();
    throw error;
  }
}

// SQLite's result codes (https://www.sqlite.org/rescode.html).
const sqliteBusy = 5;
const sqliteCorrupt = 11;
const sqliteFull = 13;
const sqliteConstraint = 19;
const sqliteNotADatabase = 26;

/** The extended codes carry the plain one in their lowest byte. */
function codeOf(error: unknown): number {
  return ((error as { errcode?: number }).errcode ?? 0) & 0xff;
}

function isDamaged(error: unknown): boolean {
  return codeOf(error) === sqliteCorrupt || codeOf(error) === sqliteNotADatabase;
}

function setAside(path: string): void {
  const name = `${path}.damaged-${Date.now()}`;
  renameSync(path, name);
  try {
    renameSync(`${path}-wal`, `${name}-wal`);
  } catch {
    // There is none.
  }
}

/** Nothing was done, since it could not be written down. */
export function journalFault(error: unknown): AgentError {
  if (error instanceof AgentError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (codeOf(error) === sqliteConstraint) {
    const hint = "Look at what is there before doing it again.";
    return new AgentError("outcome_unknown", "It was begun before: it may have happened or not.", hint);
  }
  if (codeOf(error) === sqliteFull || code === "ENOSPC" || code === "EDQUOT") {
    return new AgentError("no_space", "The disk is full: nothing was done.");
  }
  return new AgentError("io_error", `Nothing was done: the agent's journal fails (${message}).`);
}
