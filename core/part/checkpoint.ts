// What an activity's heartbeat holds of the answer being written. Only the heartbeat survives the worker, so its form
// has a version. What does not fit is in spill rows, committed earlier.
import { utf8Bytes } from "./json-bytes.ts";
import { partAfter, type StreamPart } from "./stream-part.ts";

export interface Checkpoint {
  readonly episode: string;
  /** The newest part that this checkpoint covers. */
  readonly seq: number;
  /** Parts up to this one are in spill rows and no longer here. */
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

/** Hides text from whoever can look into Temporal. Whoever creates it binds it to the chat. `unseal` throws. */
export interface Sealing {
  seal(text: string): string;
  unseal(text: string): string;
}

/** Heartbeat details as JSON. Numbers and names stay readable; text is sealed if asked for. */
export type CheckpointDetails = { readonly v: 1 } & Omit<Checkpoint, "parts"> &
  ({ readonly parts: readonly StreamPart[] } | { readonly sealed: string });

/** @param sealing null leaves the text readable in Temporal's Web UI */
export function encodeCheckpoint(checkpoint: Checkpoint, sealing: Sealing | null): CheckpointDetails {
  const { episode, seq, spilled_seq, parts } = checkpoint;
  if (sealing === null) return { v: 1, episode, seq, spilled_seq, parts };
  return { v: 1, episode, seq, spilled_seq, sealed: sealing.seal(JSON.stringify(parts)) };
}

/** UTF-8 bytes of details as JSON, to compare with `checkpointBytesMax`. */
export function checkpointBytes(details: CheckpointDetails): number {
  return utf8Bytes(JSON.stringify(details));
}

/** Reads heartbeat details. Null if they are not one of our checkpoints or cannot be unsealed. */
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
 * Joins spill rows and checkpoint into one run of parts, from `afterSeq + 1` without gaps. Rows may overlap each other
 * and the checkpoint. Null if something is missing: then a commit removed the rows, and the history has what you need.
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
