// One activity per file. This file: the one object that every part of an answer goes through on its way out. It keeps
// parts until they are committed, publishes them, and checkpoints them by heartbeat so that a dead worker loses little.
import type { LiveBus } from "../core/bus-message.ts";
import { partDeltaBytesMax } from "../core/limits.ts";
import { PartLog } from "../core/part-log.ts";
import { type PartDelta, type StreamPart, splitDelta } from "../core/stream-part.ts";
import { Checkpointer, type CheckpointerInput } from "./checkpointer.ts";

export interface PartStreamInput extends CheckpointerInput {
  readonly chatId: string;
  readonly role: "assistant" | "tool";
  readonly bus: LiveBus;
}

export interface PartStream {
  readonly episode: string;
  /** The newest part's number; 0 before the first. */
  readonly seq: number;
  /** Adds to the content at `index`: kept, published, checkpointed. Long text becomes several parts. */
  push(index: number, delta: PartDelta): void;
  /** All parts so far, merged, from seq 1. */
  parts(): StreamPart[];
  /** Resolves when a heartbeat holds everything pushed before the call. Rejects when it cannot be spilled. */
  checkpointNow(): Promise<void>;
  /** Ends publishing and heartbeats. What is in memory stays readable. */
  close(): void;
}

/** Begins an episode. Heartbeats go out from now on until `close`. */
export function createPartStream(input: PartStreamInput): PartStream {
  const { chatId, episode, role, bus } = input;
  const log = new PartLog();
  const checkpointer = new Checkpointer(input, log);
  const endWanted = bus.subscribe(chatId, (message) => {
    if (message.type === "checkpoint_wanted") checkpointer.wanted();
  });
  const endReconnect = bus.onReconnect(() => checkpointer.schedule());
  return {
    episode,
    get seq() {
      return log.lastSeq;
    },
    push(index, delta) {
      const parts = splitDelta(delta, partDeltaBytesMax).map((part): StreamPart => {
        const seq = log.lastSeq + 1;
        const piece = { from_seq: seq, seq, index, role, part };
        log.append(piece);
        return piece;
      });
      bus.publish({ type: "parts", chat_id: chatId, episode, parts });
      checkpointer.dirty();
    },
    parts: () => log.after(0),
    checkpointNow: () => checkpointer.now(),
    close() {
      checkpointer.close();
      endWanted();
      endReconnect();
    },
  };
}
