// What the agent writes down about processes and effects, so that its successor knows them.
import { closeSync, fsync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import type { journalLimits } from "./agent-limits.ts";
import type { ProcessInfo } from "./api.ts";
import { journalFault, type OpenedJournal, openJournal } from "./open-journal.ts";

const toDisk = promisify(fsync);

export interface ProcessStartRecord extends Pick<ProcessInfo, "key" | "command" | "cwd" | "started_at"> {
  /** Of all that was asked for: the same key with another digest is a conflict. */
  readonly digest: string;
  /** What its processes are known by (call-processes.ts). */
  readonly mark: number;
}

type HowItEnded = "exit_code" | "signal" | "start_error" | "ended_at" | "elapsed_ms" | "output_bytes";

export interface ProcessEndRecord extends Pick<ProcessInfo, HowItEnded> {
  readonly state: "exited" | "lost";
}

export interface ProcessRecord extends ProcessStartRecord, Pick<ProcessInfo, HowItEnded | "state" | "pid"> {
  /** Rises with each process. */
  readonly number: number;
  readonly pid_started: string | null;
}

export interface EffectRecord {
  readonly digest: string;
  /** JSON; null: begun, and nobody wrote down how it ended. */
  readonly outcome: string | null;
}

type JournalLimits = typeof journalLimits;

type Values = Readonly<Record<string, string | number | null>>;

export class Journal {
  readonly #database: DatabaseSync;
  readonly #limits: JournalLimits;
  /** The file of the write-ahead log, to which each change goes first. */
  readonly #log: number;
  /** It was begun anew: nothing is known of what came before. */
  readonly isFresh: boolean;

  private constructor({ database, isFresh, log }: OpenedJournal, limits: JournalLimits) {
    this.#database = database;
    this.isFresh = isFresh;
    this.#log = log;
    this.#limits = limits;
  }

  /**
   * Opens or makes the journal in this folder. One that is damaged is set aside, for commands can reach the file. Throws when
   * a newer agent wrote it, or another agent has it open.
   */
  static open(folder: string, limits: JournalLimits, log: (line: string) => void): Journal {
    return new Journal(openJournal(join(folder, "journal.db"), log), limits);
  }

  /**
   * Writes down that a process is about to be started. Resolves when that is on disk, so that it survives a power
   * failure. Throws `no_space` or `io_error`; the key is then free again. Throws `outcome_unknown` if the key is taken.
   */
  async beginProcess(start: ProcessStartRecord): Promise<ProcessRecord> {
    const [record] = this.#rows<ProcessRecord>(
      `insert into processes (key, digest, command, cwd, started_at, mark)
       values (:key, :digest, :command, :cwd, :started_at, :mark) returning *`,
      { ...start },
    );
    try {
      // SQLite's own way to do this would hold up everything else meanwhile.
      await toDisk(this.#log);
      return record as ProcessRecord;
    } catch (error) {
      this.#try("delete from processes where key = :key", { key: start.key });
      throw journalFault(error);
    }
  }

  /** On a full disk a successor cannot end what is left of the process; nothing else depends on it. */
  identifyProcess(key: string, pid: number, started: string | null): void {
    this.#try("update processes set pid = :pid, pid_started = :started where key = :key", {
      key,
      pid,
      started,
    });
  }

  /** On a full disk a successor takes the process for lost. */
  endProcess(key: string, end: ProcessEndRecord): void {
    this.#try(
      `update processes set state = :state, exit_code = :exit_code, signal = :signal, start_error = :start_error,
         ended_at = :ended_at, elapsed_ms = :elapsed_ms, output_bytes = :output_bytes where key = :key`,
      { key, ...end },
    );
  }

  /** All processes that are not forgotten, oldest first. */
  processes(): readonly ProcessRecord[] {
    return this.#rows<ProcessRecord>("select * from processes where forgotten = 0 order by number");
  }

  /**
   * Keeps the key, how the process ended, and the beginning of its command: a key never runs twice. False: the disk is full,
   * and the process must be kept as it is.
   */
  forgetProcess(key: string): boolean {
    const { forgottenKeysMax, forgottenCommandCharsMax } = this.#limits;
    return (
      this.#try(
        "update processes set forgotten = 1, command = substr(command, 1, :charsMax) where key = :key",
        {
          key,
          charsMax: forgottenCommandCharsMax,
        },
      ) &&
      this.#try(
        `delete from processes where number in
           (select number from processes where forgotten = 1 order by number desc limit -1 offset :keysMax)`,
        { keysMax: forgottenKeysMax },
      )
    );
  }

  forgottenProcess(key: string): ProcessRecord | null {
    const sql = "select * from processes where key = :key and forgotten = 1";
    return this.#rows<ProcessRecord>(sql, { key })[0] ?? null;
  }

  effect(key: string): EffectRecord | null {
    const sql = "select digest, outcome from effects where key = :key";
    return this.#rows<EffectRecord>(sql, { key })[0] ?? null;
  }

  /** Throws `no_space` or `io_error`. Forgets effects that are too old or too many. */
  beginEffect(key: string, digest: string, at: number): void {
    const { effectsKeptMax, effectsKeptMs } = this.#limits;
    this.#rows("delete from effects where at < :oldest", { oldest: at - effectsKeptMs });
    this.#rows(
      `delete from effects where key in
         (select key from effects order by at desc, rowid desc limit -1 offset :othersMax)`,
      { othersMax: effectsKeptMax - 1 },
    );
    this.#rows("insert into effects (key, digest, at) values (:key, :digest, :at)", { key, digest, at });
  }

  /** False: the disk is full, and a successor will not know how the effect ended. */
  endEffect(key: string, outcome: string): boolean {
    return this.#try("update effects set outcome = :outcome where key = :key", { key, outcome });
  }

  close(): void {
    if (!this.#database.isOpen) return;
    closeSync(this.#log);
    this.#database.close();
  }

  /** Throws `no_space` or `io_error`. */
  #rows<Row>(sql: string, values: Values = {}): readonly Row[] {
    try {
      // The tables are strict: a column holds what its type says.
      return this.#database.prepare(sql).all(values) as unknown as Row[];
    } catch (error) {
      throw journalFault(error);
    }
  }

  /** False: the disk is full. */
  #try(sql: string, values: Values): boolean {
    try {
      this.#rows(sql, values);
      return true;
    } catch {
      return false;
    }
  }
}
