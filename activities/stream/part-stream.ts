// Every part of an answer passes through this object on its way out. It keeps parts until they are committed, publishes them
// while somebody watches, and checkpoints them by heartbeat, so that little is lost with a worker.
import { catchUpCharsMax, catchUpGapMinMs, partDeltaBytesMax } from "../../core/chat/limits.ts";
import { PartLog } from "../../core/part/part-log.ts";
import { cutPart, type PartDelta, type StreamPart, splitDelta, textOf } from "../../core/part/stream-part.ts";
import type { LiveBus } from "../../core/stream/bus-message.ts";
import { Checkpointer, type CheckpointerInput, type PartStreamClock } from "./checkpointer.ts";
import type { WatchLeases } from "./watch-lease.ts";

export interface PartStreamInput extends CheckpointerInput {
  readonly chatId: string;
  readonly role: "assistant" | "tool";
  readonly bus: LiveBus;
  readonly leases: WatchLeases;
  /** Told of the parts pushed while there is a bus: those that nobody watched stay here and in checkpoints. */
  readonly onParts?: (count: number, published: boolean) => void;
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
  const { chatId, episode, role, bus, onParts } = input;
  const log = new PartLog();
  const publish = (parts: readonly StreamPart[]) => {
    if (parts.length > 0) bus.publish({ type: "parts", chat_id: chatId, episode, parts });
  };
  const catchUp = createCatchUp(input.clock, () => publish(heldParts(log, checkpointer.spilledSeq)));
  const lease = input.leases.open(chatId, (how) => {
    catchUp.wanted(how === "begins");
    checkpointer.wanted();
  });
  const checkpointer = new Checkpointer(input, log, () => lease.live);
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
      const { live } = lease;
      if (live) publish(parts);
      if (bus.up) onParts?.(parts.length, live);
      checkpointer.dirty();
    },
    parts: () => log.after(0),
    checkpointNow: () => checkpointer.now(),
    close() {
      checkpointer.close();
      catchUp.end();
      lease.end();
      endReconnect();
    },
  };
}

/** Says again what is held, when asked to: the first time at once, then as often as all that ask may have it together. */
function createCatchUp(clock: PartStreamClock, sayAgain: () => void) {
  let notBefore = Number.NEGATIVE_INFINITY;
  let timer: unknown;
  const run = () => {
    clock.clearTimeout(timer);
    timer = undefined;
    notBefore = clock.now() + catchUpGapMinMs;
    sayAgain();
  };
  return {
    /** @param atOnce what follows would show a gap */
    wanted(atOnce: boolean) {
      const wait = notBefore - clock.now();
      if (atOnce || wait <= 0) run();
      else timer ??= clock.setTimeout(run, wait);
    },
    end: () => clock.clearTimeout(timer),
  };
}

/** Parts since the last spill, merged, each in a size that travels; of very many the newest. */
function heldParts(log: PartLog, spilledSeq: number): StreamPart[] {
  const parts = log.after(spilledSeq).flatMap((part) => cutPart(part, partDeltaBytesMax));
  let chars = 0;
  let first = parts.length;
  while (first > 0 && chars < catchUpCharsMax) {
    first -= 1;
    chars += textOf((parts[first] as StreamPart).part)?.length ?? 0;
  }
  return parts.slice(first);
}
