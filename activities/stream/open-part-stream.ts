// The part stream as activities use it; the worker builds it for them.
import type { PartDelta, StreamPart } from "../../core/part/stream-part.ts";

/** What an activity needs of its part stream. */
export interface OpenPart {
  push(index: number, delta: PartDelta): void;
  /** Writes a checkpoint and waits until it is handed to Temporal. */
  checkpointNow(): Promise<void>;
  close(): void;
}

export type OpenPartStream = (episode: {
  readonly chat_id: string;
  readonly episode: string;
  readonly role: "assistant" | "tool";
  /** Most bytes of a checkpoint; absent: an answer's. */
  readonly max_bytes?: number;
}) => OpenPart;

/** The parts that the lost attempt of the running activity had checkpointed; null when there are none. */
export type ReadLostParts = (
  chatId: string,
) => Promise<{ episode: string; parts: readonly StreamPart[] } | null>;
