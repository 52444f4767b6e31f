// Checks whether a reader saw every part of an answer once, and how late.
import { stampsIn } from "./frames.ts";

export interface PartCounter {
  /** Takes a frame with a part. */
  readonly count: (frame: string, at: number) => void;
  /** Parts seen so far, each counted once. */
  read(): number;
  /** Parts that never came although later ones did. */
  lost(): number;
  /** Milliseconds from write to read, of the parts written between two times. */
  latencies(from: number, to: number): number[];
  /** When the newest part that was read was written; 0 before the first. */
  newestWrittenAt(): number;
}

const SEQ = /"from_seq":(\d+),"seq":(\d+)/;

/** Counts the parts of a single answer. If a resynchronised reader sees a part again, only the first time counts. */
export function createPartCounter(): PartCounter {
  const times: { readonly writtenAt: number; readonly readAt: number }[] = [];
  let newest = 0;
  let missing = 0;
  return {
    count(frame, at) {
      const found = SEQ.exec(frame);
      const [fromSeq, seq] = [Number(found?.[1]), Number(found?.[2])];
      if (!(seq > newest)) return;
      missing += Math.max(0, fromSeq - newest - 1);
      const isNew = seq - Math.max(newest, fromSeq - 1);
      for (const writtenAt of stampsIn(frame).slice(-isNew)) times.push({ writtenAt, readAt: at });
      newest = seq;
    },
    read: () => newest - missing,
    lost: () => missing,
    newestWrittenAt: () => times.at(-1)?.writtenAt ?? 0,
    latencies: (from, to) =>
      times
        .filter(({ writtenAt }) => writtenAt >= from && writtenAt < to)
        .map(({ writtenAt, readAt }) => readAt - writtenAt),
  };
}
