// Reads what the previous attempt left in its heartbeat when its worker died.
import { decodeCheckpoint, joinCheckpoint, type Sealing, type SpillRow } from "../../core/part/checkpoint.ts";
import type { StreamPart } from "../../core/part/stream-part.ts";

export interface ReadCheckpointInput {
  readonly sealing: Sealing | null;
  /** The episode's spill rows. */
  readonly readSpill: (episode: string) => Promise<readonly SpillRow[]>;
}

export interface LeftParts {
  readonly episode: string;
  /** From seq 1, merged. */
  readonly parts: readonly StreamPart[];
}

/**
 * What the heartbeat of the attempt before vouches for; null when there was none, or when its spill rows went with a
 * commit.
 * @param details `activityInfo().heartbeatDetails`
 */
export async function readCheckpoint(
  details: unknown,
  input: ReadCheckpointInput,
): Promise<LeftParts | null> {
  const checkpoint = decodeCheckpoint(details, input.sealing);
  if (checkpoint === null) return null;
  const spilled = checkpoint.spilled_seq === 0 ? [] : await input.readSpill(checkpoint.episode);
  const parts = joinCheckpoint(spilled, checkpoint);
  return parts === null ? null : { episode: checkpoint.episode, parts };
}
