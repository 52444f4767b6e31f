// The watch of one build: its log, and how it ended.
import type { z } from "zod";
import type { BuildStatus } from "../../../core/workspace/workspace.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { Queryable } from "../../../store/database.ts";
import { readBuild, readBuildLog } from "../../../store/workspace/workspace-builds.ts";
import type { buildLogEvents } from "../../schemas/stream-events.ts";
import { encodeFrame } from "../sse-frame.ts";
import { type Frames, groupFrames, nextGroup, oneFrame } from "../stream-log.ts";
import { CATCH_UP, type CatchUp, type ReaderStep, WAIT } from "../stream-reader.ts";
import { Watch } from "../watch.ts";
import { Watches } from "../watches.ts";

/** Lines of one read of the store. */
const logPageLinesMax = 500;
/** Newest lines kept for readers. Most logs fit whole, so that only the watch reads them. */
const log = { eventsMax: Number.POSITIVE_INFINITY, bytesMax: 1024 * 1024 };
/** Looks that fail in a row before readers are sent elsewhere: some ten seconds without the database. */
const failuresMax = 40;
/** A line is seen within this time; a build runs for seconds at least, and a watch costs two cheap reads each time. */
const pollDefaultMs = 250;

export type LogLine = Readonly<z.output<typeof buildLogEvents.log.data>>;
export type BuildEnd = Readonly<z.output<typeof buildLogEvents.end.data>>;

export interface BuildLogSource {
  /** Null: the build is gone, and its workspace with it. */
  readBuild(): Promise<{ readonly status: BuildStatus; readonly error: string | null } | null>;
  readLines(afterSeq: number, limit: number): Promise<readonly LogLine[]>;
}

export interface BuildLogWatchInput {
  readonly source: BuildLogSource;
  readonly logger: Pick<Logger, "warn">;
  readonly about: Readonly<Record<string, string>>;
  /** Between two looks; set by tests. */
  readonly pollMs?: number | undefined;
}

/** A reader's place is the number of the last line it knows. */
export class BuildLogWatch extends Watch<number, Frames> {
  readonly #source: BuildLogSource;
  readonly #pollMs: number;
  #end: Frames | null = null;
  /** Reads of lines that are not kept, by where they begin. Readers that come at the same time share them. */
  readonly #older = new Map<number, Promise<readonly LogLine[]>>();

  constructor({ source, logger, about, pollMs = pollDefaultMs }: BuildLogWatchInput) {
    super({ about, logger, log, failuresMax, retryMs: pollMs });
    this.#source = source;
    this.#pollMs = pollMs;
    void this.lookQuietly().then(() => this.arm());
  }

  next(seq: number): ReaderStep<number, Frames> {
    const next = nextGroup(this.log, seq);
    if (next === "lost") return CATCH_UP;
    if (next !== null) return { type: "send", batch: next.batch, place: next.number };
    return this.#end === null ? WAIT : { type: "finish", batch: this.#end };
  }

  async catchUp(seq: number): Promise<CatchUp<number, Frames>> {
    const lines = await this.#readOlder(seq);
    // The rows went with their workspace: what is still kept here is shown.
    const place = lines.at(-1)?.seq ?? this.log.begin;
    return { batches: groupFrames(lines.map(toFrame)), place };
  }

  protected lookEveryMs(): number | null {
    return this.#end === null ? this.#pollMs : null;
  }

  protected async look(): Promise<void> {
    // The build is read before its lines: one that has ended writes no more of them.
    const build = await this.#source.readBuild();
    let count = logPageLinesMax;
    while (count === logPageLinesMax && this.ended === null) {
      const lines = await this.#source.readLines(this.log.end, logPageLinesMax);
      for (const line of lines) this.log.append(toFrame(line), line.seq);
      this.log.trim();
      this.wakeReaders();
      count = lines.length;
    }
    const end = endOf(build);
    if (end === null) return;
    this.#end = toFrameOfEnd(end);
    this.wakeReaders();
  }

  #readOlder(after: number): Promise<readonly LogLine[]> {
    const running = this.#older.get(after);
    if (running !== undefined) return running;
    const reading = this.#source.readLines(after, logPageLinesMax).finally(() => this.#older.delete(after));
    this.#older.set(after, reading);
    return reading;
  }
}

/** How a build ended; null while it has not. */
function endOf(build: Awaited<ReturnType<BuildLogSource["readBuild"]>>): BuildEnd | null {
  if (build === null) return { status: "cancelled", error: "the workspace was deleted" };
  const { status, error } = build;
  return status === "queued" || status === "running" ? null : { status, error };
}

function toFrame({ seq, at, text }: LogLine): Frames {
  const json = JSON.stringify({ seq, at, text });
  return oneFrame(encodeFrame({ id: String(seq), event: "log", json }));
}

/** It has no id: a reader that comes back after it is told the end again. */
function toFrameOfEnd({ status, error }: BuildEnd): Frames {
  return oneFrame(encodeFrame({ event: "end", json: JSON.stringify({ status, error }) }));
}

export interface BuildLogsInput {
  readonly db: Queryable;
  readonly logger: Pick<Logger, "warn">;
}

/** The build logs that are followed at this replica. */
export type BuildLogs = Watches<{ readonly workspace_id: string; readonly build_id: string }, BuildLogWatch>;

export function openBuildLogs({ db, logger }: BuildLogsInput): BuildLogs {
  return new Watches({
    nameOf: ({ build_id }) => build_id,
    open: ({ workspace_id, build_id }) =>
      new BuildLogWatch({
        about: { build_id },
        logger,
        source: {
          readBuild: () => readBuild(db, workspace_id, build_id),
          readLines: (after_seq, limit) => readBuildLog(db, build_id, { after_seq, limit }),
        },
      }),
    // A log is read again from its beginning at no cost but a few rows.
    lingerMs: 0,
  });
}
