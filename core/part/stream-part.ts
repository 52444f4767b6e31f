// Parts of an answer in progress. The parts of an episode are numbered 1, 2, 3 …. Neighbours in one place of the
// content may travel merged, together with the lengths of their pieces, so that every cut is exact.
import { cutJsonText, jsonTextBytes } from "./json-bytes.ts";
import type { JsonObject } from "./part.ts";

/** What one part adds to `content[index]`. */
export type PartDelta =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string }
  | {
      readonly type: "tool-call";
      readonly tool_call_id: string;
      readonly tool_name: string;
      readonly args_delta?: string;
      readonly args?: JsonObject;
      readonly provider_executed?: boolean;
      readonly mcp_server_id?: string;
    }
  | {
      readonly type: "tool-result";
      readonly tool_call_id: string;
      /** Display text of a running tool. */
      readonly result_delta: string;
      /** The whole result of a tool that the provider ran itself (SPEC L7). */
      readonly provider_result?: {
        readonly tool_name: string;
        readonly result: JsonObject;
        readonly is_error: boolean;
      };
    }
  | { readonly type: "source"; readonly url: string; readonly title: string }
  | { readonly type: "file"; readonly file_id: string; readonly media_type: string; readonly name: string };

export interface StreamPart {
  readonly from_seq: number;
  readonly seq: number;
  readonly index: number;
  readonly role: "assistant" | "tool";
  readonly part: PartDelta;
  /** Lengths (UTF-16 units) of the merged pieces, one per seq. Internal: readers do not get them. */
  readonly lengths?: readonly number[];
}

/** Merged text in UTF-16 units. The part fits into a frame even if JSON escapes each unit (6 bytes). */
export const mergedCharsMax = 32_768;

/** The piece of text that a delta appends. Null if the delta stands alone and never merges. */
export function textOf(delta: PartDelta): string | null {
  switch (delta.type) {
    case "text":
    case "reasoning":
      return delta.text;
    case "tool-call":
      return delta.args === undefined ? (delta.args_delta ?? "") : null;
    case "tool-result":
      return delta.provider_result === undefined ? delta.result_delta : null;
    default:
      return null;
  }
}

/** The same delta with another piece of text. */
export function withText(delta: PartDelta, text: string): PartDelta {
  switch (delta.type) {
    case "text":
    case "reasoning":
      return { ...delta, text };
    case "tool-call":
      return { ...delta, args_delta: text };
    case "tool-result":
      return { ...delta, result_delta: text };
    default:
      return delta;
  }
}

/** Whether `b` only makes longer what `a` started: they are equal except for their text. */
function sameThing(a: PartDelta, b: PartDelta): boolean {
  if (a.type === "tool-call" && b.type === "tool-call") {
    return (
      a.tool_call_id === b.tool_call_id &&
      a.tool_name === b.tool_name &&
      a.provider_executed === b.provider_executed
    );
  }
  if (a.type === "tool-result" && b.type === "tool-result") return a.tool_call_id === b.tool_call_id;
  return a.type === b.type;
}

/** Whether a part only adds text to the one before it, so that both can travel as one. */
export function lengthens(previous: StreamPart, next: StreamPart): boolean {
  if (previous.index !== next.index || previous.role !== next.role) return false;
  if (!sameThing(previous.part, next.part)) return false;
  return textOf(previous.part) !== null && textOf(next.part) !== null;
}

/**
 * Joins contiguous parts of one index into parts of at most `charsMax` UTF-16 units, because frames are limited.
 * @param parts contiguous parts, merged or not
 */
export function mergeParts(parts: readonly StreamPart[], charsMax = mergedCharsMax): StreamPart[] {
  const merged: StreamPart[] = [];
  let run: StreamPart[] = [];
  let runChars = 0;
  const flush = () => {
    const [first] = run;
    if (first !== undefined) merged.push(run.length === 1 ? first : joinRun(run));
    run = [];
    runChars = 0;
  };
  for (const part of parts) {
    const chars = textOf(part.part)?.length ?? 0;
    const previous = run.at(-1);
    const joins = previous !== undefined && previous.seq + 1 === part.from_seq && lengthens(previous, part);
    if (!joins || runChars + chars > charsMax) flush();
    run.push(part);
    runChars += chars;
  }
  flush();
  return merged;
}

function joinRun(run: readonly StreamPart[]): StreamPart {
  const first = run[0] as StreamPart;
  const last = run.at(-1) as StreamPart;
  const lengths = run.flatMap((part) => part.lengths ?? [textOf(part.part)?.length ?? 0]);
  const text = run.map((part) => textOf(part.part) ?? "").join("");
  const delta = withText(first.part, text);
  return {
    from_seq: first.from_seq,
    seq: last.seq,
    index: first.index,
    role: first.role,
    part: delta,
    lengths,
  };
}

/** The pieces of a merged part, one per seq. A part that was never merged comes back unchanged. */
export function splitPart(part: StreamPart): StreamPart[] {
  const text = textOf(part.part);
  if (part.lengths === undefined || text === null) return [part];
  let at = 0;
  return part.lengths.map((length, i) => {
    const seq = part.from_seq + i;
    const piece = text.slice(at, at + length);
    at += length;
    return { from_seq: seq, seq, index: part.index, role: part.role, part: withText(part.part, piece) };
  });
}

/**
 * Splits a merged part into several, each with text and lengths of at most `bytesMax` bytes as JSON. Pieces stay whole:
 * a single larger piece, or a part that was never merged, comes back unchanged.
 */
export function cutPart(part: StreamPart, bytesMax: number): StreamPart[] {
  const runs: StreamPart[][] = [];
  let room = 0;
  for (const piece of splitPart(part)) {
    const text = textOf(piece.part) ?? "";
    const bytes = jsonTextBytes(text) + String(text.length).length + 1;
    if (runs.length === 0 || bytes > room) {
      runs.push([]);
      room = bytesMax;
    }
    room -= bytes;
    runs.at(-1)?.push(piece);
  }
  return runs.map((run) => (run.length === 1 ? (run[0] as StreamPart) : joinRun(run)));
}

/** What is left of a part after `seq`: all of it, its end, or null. */
export function partAfter(part: StreamPart, seq: number): StreamPart | null {
  if (part.from_seq > seq) return part;
  const text = textOf(part.part);
  if (part.seq <= seq || part.lengths === undefined || text === null) return null;
  const known = seq - part.from_seq + 1;
  let at = 0;
  for (let i = 0; i < known; i++) at += part.lengths[i] ?? 0;
  const lengths = part.lengths.slice(known);
  const { index, role } = part;
  const rest = { from_seq: seq + 1, seq: part.seq, index, role, part: withText(part.part, text.slice(at)) };
  return lengths.length > 1 ? { ...rest, lengths } : rest;
}

/** Splits a delta whose text is longer than `bytesMax` as JSON into several, between characters. */
export function splitDelta(delta: PartDelta, bytesMax: number): PartDelta[] {
  const text = textOf(delta);
  // An escaped unit takes at most six bytes, so most deltas are short enough that we need not count.
  if (text === null || text.length * 6 <= bytesMax) return [delta];
  const pieces = cutJsonText(text, bytesMax);
  return pieces.length <= 1 ? [delta] : pieces.map((piece) => withText(delta, piece));
}

/** What a reader gets of a part: everything except the lengths. */
export function withoutLengths(part: StreamPart): StreamPart {
  if (part.lengths === undefined) return part;
  const { lengths: _lengths, ...rest } = part;
  return rest;
}

/** `"<history_version>.<generation_attempt>"`, with `".<tool_call_id>"` added for a tool's output. */
export function episodeName(historyVersion: number, attempt: number, toolCallId?: string): string {
  const base = `${historyVersion}.${attempt}`;
  return toolCallId === undefined ? base : `${base}.${toolCallId}`;
}

/** Which slot of a reader's screen an episode fills: "" for the answer, or the id of the tool call. */
export function slotOf(episode: string): string {
  const second = episode.indexOf(".", episode.indexOf(".") + 1);
  return second === -1 ? "" : episode.slice(second + 1);
}

/** The numbers in the name of an episode; null if it is not one. */
export function parseEpisode(episode: string): { history_version: number; attempt: number } | null {
  const match = /^(\d+)\.(\d+)(?:\.|$)/.exec(episode);
  if (match === null) return null;
  return { history_version: Number(match[1]), attempt: Number(match[2]) };
}
