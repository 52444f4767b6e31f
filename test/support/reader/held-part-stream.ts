// Tests: a part stream on a clock, a heartbeat and a bus that the test holds.
import { createPartStream, type PartStreamInput } from "../../../activities/stream/part-stream.ts";
import { readCheckpoint } from "../../../activities/stream/read-checkpoint.ts";
import { createWatchLeases } from "../../../activities/stream/watch-lease.ts";
import type { SpillRow } from "../../../core/part/checkpoint.ts";
import { type StreamPart, splitPart } from "../../../core/part/stream-part.ts";
import type { BusMessage } from "../../../core/stream/bus-message.ts";
import { createMemoryNetwork } from "../memory-bus.ts";
import { holdClock } from "../reader/held-clock.ts";

/** The stream of chat "a", episode "5.1", and everything that happens to it. */
export function startPartStream(change: Partial<PartStreamInput> = {}) {
  const clock = holdClock();
  const beats: { at: number; details: unknown }[] = [];
  const rows: SpillRow[] = [];
  const passed: string[] = [];
  const network = createMemoryNetwork();
  const bus = network.open();
  const elsewhere = network.open();
  const given: PartStreamInput = {
    chatId: "a",
    episode: "5.1",
    role: "assistant",
    bus,
    leases: createWatchLeases({ bus, clock }),
    heartbeat: (details) => void beats.push({ at: clock.now(), details }),
    spill: async (row) => void rows.push(row),
    failpoint: (name) => void passed.push(name),
    sealing: null,
    checkpointMs: 1_000,
    unwatchedCheckpointMs: 2_500,
    heartbeatTimeoutMs: 5_000,
    bytesMax: 32_768,
    clock,
    ...change,
  };
  const stream = createPartStream(given);
  return {
    clock,
    beats,
    rows,
    passed,
    network,
    stream,
    given,
    published: bus.published,
    text: (words: string) => stream.push(0, { type: "text", text: words }),
    left: () => readCheckpoint(beats.at(-1)?.details, { sealing: null, readSpill: async () => rows }),
    /** A word from another process; resolves when it has been heard. */
    say: async (message: BusMessage): Promise<void> => {
      elsewhere.publish(message);
      await new Promise(setImmediate);
    },
    watch: () => ({ type: "watched", chat_id: "a", catch_up: false }) as const,
    ask: () => ({ type: "watched", chat_id: "a", catch_up: true }) as const,
  };
}

/** The pieces of parts, one text per seq. */
export function pieces(parts: readonly StreamPart[] | undefined): string[] {
  return (parts ?? []).flatMap(splitPart).map(({ part }) => (part.type === "text" ? part.text : "?"));
}

/** The parts among messages. */
export function partsOf(messages: readonly BusMessage[]): StreamPart[] {
  return messages.flatMap((message) => (message.type === "parts" ? message.parts : []));
}
