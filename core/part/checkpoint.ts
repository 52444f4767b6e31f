// Core is pure: what the heartbeat of an activity holds of what it is writing. The heartbeat is all that survives the
// worker, so its form is versioned, and what does not fit it lies in spill rows that were committed before.
import { utf8Bytes } from "./json-bytes.ts";
import { partAfter, type StreamPart } from "./stream-part.ts";

export interface Checkpoint {
  readonly episode: string;
  /** The newest part this checkpoint vouches for. */
  readonly seq: number;
  /** Parts up to this one are in spill rows, no longer here. */
  readonly spilled_seq: number;
  /** Parts `spilled_seq + 1` to `seq`, merged, with their lengths. */
  readonly parts: readonly StreamPart[];
}

/** Older parts of an episode, as a row of `inflight_parts`. */
export interface SpillRow {
  readonly episode: string;
  readonly from_seq: number;
  readonly seq: number;
  readonly parts: readonly StreamPart[];
}

/** Hides text from whoever may look into Temporal; bound to the chat by whoever makes it. `unseal` throws. */
export interface Sealing {
  seal(text: string): string;
  unseal(text: string): string;
}

/** Heartbeat details: JSON. Numbers and names stay readable, text is sealed where asked for. */
export type CheckpointDetails = { readonly v: 1 } & Omit<Checkpoint, "parts"> &
  ({ readonly parts: readonly StreamPart[] } | { readonly sealed: string });

/** @param sealing null: the text stays readable in Temporal's Web UI */
export function encodeCheckpoint(checkpoint: Checkpoint, sealing: Sealing | null): CheckpointDetails {
  const { episode, seq, spilled_seq, parts } = checkpoint;
  if (sealing === null) return { v: 1, episode, seq, spilled_seq, parts };
  return { v: 1, episode, seq, spilled_seq, sealed: sealing.seal(JSON.stringify(parts)) };
}

/** UTF-8 bytes of details as JSON, to hold against `checkpointBytesMax`. */
export function checkpointBytes(details: CheckpointDetails): number {
  return utf8Bytes(JSON.stringify(details));
}

/** What heartbeat details say; null for anything that is not a checkpoint of ours or cannot be unsealed. */
export function decodeCheckpoint(details: unknown, sealing: Sealing | null): Checkpoint | null {
  if (typeof details !== "object" || details === null) return null;
  const found = details as Record<string, unknown>;
  const { v, episode, seq, spilled_seq } = found;
  if (v !== 1 || typeof episode !== "string" || typeof seq !== "number" || typeof spilled_seq !== "number") {
    return null;
  }
  const parts = "sealed" in found ? unsealParts(found["sealed"], sealing) : found["parts"];
  return Array.isArray(parts) ? { episode, seq, spilled_seq, parts } : null;
}

function unsealParts(sealed: unknown, sealing: Sealing | null): unknown {
  if (typeof sealed !== "string" || sealing === null) return null;
  try {
    return JSON.parse(sealing.unseal(sealed));
  } catch {
    return null;
  }
}

/**
 * Spill rows and checkpoint as one run of parts, from `afterSeq + 1` without gaps. Rows may overlap each other and the
 * checkpoint. Null when something is missing: then the rows went with a commit, and the history says more.
 */
export function joinCheckpoint(
  spilled: readonly SpillRow[],
  checkpoint: Checkpoint,
  afterSeq = 0,
): StreamPart[] | null {
  const rows = spilled.toSorted((a, b) => a.from_seq - b.from_seq);
  const joined: StreamPart[] = [];
  let last = afterSeq;
  for (const part of [...rows.flatMap((row) => row.parts), ...checkpoint.parts]) {
    if (part.seq <= last) continue;
    const rest = partAfter(part, last);
    if (rest === null || rest.from_seq !== last + 1) return null;
    joined.push(rest);
    last = rest.seq;
  }
  return last < checkpoint.seq ? null : joined;
}
