// Parses ripgrep's output as it comes. Names end at a NUL, because they may contain newlines. Pure.

type Verdict = "more" | "enough";

/** A place where a pattern matched; `offset` is the line's first byte in the file, `column` the match's first byte, from 1. */
export interface MatchPlace {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** A longer record is not ripgrep's output. */
const pendingBytesMax = 1024 * 1024;

function createRecordReader(take: (pending: Buffer) => { used: number; verdict: Verdict }) {
  let pending = Buffer.alloc(0);
  return (chunk: Buffer): Verdict => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length > 0) {
      const { used, verdict } = take(pending);
      pending = pending.subarray(used);
      if (verdict === "enough") return verdict;
      if (used === 0) break;
    }
    return pending.length > pendingBytesMax ? "enough" : "more";
  };
}

/** Reads `path NUL` records (`--files --null`). */
export function createPathReader(onPath: (written: Buffer) => Verdict): (chunk: Buffer) => Verdict {
  return createRecordReader((pending) => {
    const end = pending.indexOf(0);
    if (end < 0) return { used: 0, verdict: "more" };
    return { used: end + 1, verdict: onPath(pending.subarray(0, end)) };
  });
}

/** Reads `path NUL line:column:offset:text NEWLINE` records (`--null --line-number --column --byte-offset`); the text is left. */
export function createMatchReader(
  onMatch: (match: Omit<MatchPlace, "path">, written: Buffer) => Verdict,
): (chunk: Buffer) => Verdict {
  return createRecordReader((pending) => {
    const nul = pending.indexOf(0);
    const end = nul < 0 ? -1 : pending.indexOf(0x0a, nul);
    if (end < 0) return { used: 0, verdict: "more" };
    const numbers = /^(\d+):(\d+):(\d+):/.exec(pending.subarray(nul + 1, end).toString("latin1"));
    if (numbers === null) return { used: end + 1, verdict: "more" };
    const [line, column, offset] = numbers.slice(1).map(Number) as [number, number, number];
    return { used: end + 1, verdict: onMatch({ line, column, offset }, pending.subarray(0, nul)) };
  });
}
