// Follows a build from the beginning of its log to its end.
import { setTimeout as sleep } from "node:timers/promises";
import {
  type BuildRow,
  readBuild,
  readBuildLog,
  readBuildLogTail,
} from "../../store/workspace/workspace-builds.ts";
import { terminalText } from "../../tools/processes/terminal-screen.ts";
import type { PatientStore } from "./patient-store.ts";

/**
 * Most builds are over within this time. Those that are not are looked at more rarely, every 2 s instead of 250 ms (SPEC W3): hundreds of
 * them must not keep the database from those who commit answers.
 */
const closeLookMs = 10_000;
const lateFactor = 8;
/** Lines read at once. */
const linesMax = 500;
/** Lines of a failed build's log that the model gets: its end is where the reason stands (SPEC W3). */
const tailLinesMax = 40;
const tailCharsMax = 8 * 1024;

export interface FollowedBuild {
  readonly workspace_id: string;
  readonly build_id: string;
}

export interface FollowBuildInput extends FollowedBuild {
  readonly store: PatientStore;
  readonly signal: AbortSignal;
  readonly pollMs: number;
  /** After this long the follower gives up; the build goes on. */
  readonly patienceMs: number;
  emit(text: string): void;
}

/**
 * Emits the log's lines as they come. The build when it has ended; `deleted`: its workspace is gone; `unended`: patience is.
 * Rejects with the signal's reason.
 */
export async function followBuild(input: FollowBuildInput): Promise<BuildRow | "deleted" | "unended"> {
  const { store, signal, workspace_id, build_id } = input;
  const beganAt = performance.now();
  const givesUpAt = beganAt + input.patienceMs;
  let seq = 0;
  for (;;) {
    // The build first: lines written before its end are there when its end is seen.
    const build = await store.read(signal, (db) => readBuild(db, workspace_id, build_id));
    signal.throwIfAborted();
    if (build === null) return "deleted";
    seq = await emitLines(input, seq);
    if (build.finished_at !== null) return build;
    if (performance.now() > givesUpAt) return "unended";
    const pauseMs = input.pollMs * (performance.now() - beganAt > closeLookMs ? lateFactor : 1);
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }
}

/** The last line's number. */
async function emitLines(input: FollowBuildInput, after: number): Promise<number> {
  const { store, signal, build_id } = input;
  let seq = after;
  for (;;) {
    const lines = await store.read(signal, (db) =>
      readBuildLog(db, build_id, { after_seq: seq, limit: linesMax }),
    );
    const last = lines.at(-1);
    if (last === undefined) return seq;
    input.emit(lines.map(({ text }) => `${text}\n`).join(""));
    seq = last.seq;
    if (lines.length < linesMax) return seq;
  }
}

/** The end of a build's log as the model gets it; empty when there is none. */
export async function buildLogTail({
  store,
  signal,
  build_id,
}: Pick<FollowBuildInput, "store" | "signal" | "build_id">): Promise<string> {
  const lines = await store.read(signal, (db) => readBuildLogTail(db, build_id, tailLinesMax));
  const { text } = terminalText(Buffer.from(lines.map((line) => line.text).join("\n")));
  return text.length > tailCharsMax ? `…${text.slice(-tailCharsMax)}` : text;
}
