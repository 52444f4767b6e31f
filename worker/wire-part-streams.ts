// Builds part streams on Temporal's heartbeats, with encrypted text if asked for.
import { Context } from "@temporalio/activity";
import type { PartStreamClock } from "../activities/stream/checkpointer.ts";
import type { OpenPartStream, ReadLostParts } from "../activities/stream/open-part-stream.ts";
import { createPartStream } from "../activities/stream/part-stream.ts";
import { readCheckpoint } from "../activities/stream/read-checkpoint.ts";
import { createWatchLeases } from "../activities/stream/watch-lease.ts";
import { checkpointBytesMax } from "../core/chat/limits.ts";
import type { Sealing } from "../core/part/checkpoint.ts";
import type { LiveBus } from "../core/stream/bus-message.ts";
import type { Config } from "../platform/config/config.ts";
import type { Failpoint } from "../platform/failpoint.ts";
import type { Logger } from "../platform/logger.ts";
import { createSecretBox } from "../platform/secrets/secret-box.ts";
import { insertSpill, readSpill } from "../store/row/inflight-parts.ts";
import type { Store } from "../store/store.ts";

export interface PartStreamDeps {
  readonly config: Config;
  readonly store: Store;
  readonly bus: LiveBus;
  readonly failpoint: Failpoint;
  readonly logger: Logger;
}

/** Bound to the chat, so that a checkpoint cannot be passed off as another chat's. Null leaves the text readable. */
function sealingOf(
  config: Pick<Config, "temporalDetail" | "secretKey" | "secretKeyPrevious">,
  chatId: string,
): Sealing | null {
  if (config.temporalDetail === "full") return null;
  const box = createSecretBox(config);
  return { seal: (text) => box.seal(text, chatId), unseal: (text) => box.openAny(text, chatId) };
}

/** What a worker's part streams have done so far, for its metrics. */
export interface PartCounts {
  /** Parts that were published on the bus. */
  published: number;
  /** Parts that were not published because nobody watched. */
  unwatched: number;
  /** Heartbeats, with or without parts. */
  checkpoints: number;
}

const realClock: PartStreamClock = {
  now: () => performance.now(),
  // A process that wants to end waits for none of them.
  setTimeout: (run, ms) => setTimeout(run, ms).unref(),
  clearTimeout: (timer) => clearTimeout(timer as never),
};

/** Without a live bus, readers see only checkpoints, so they come this often … */
const offlinePaceMinMs = 80;
/**
 * … but at most 250 a second for all streams of a worker: Temporal's dev server handles about 500 beside its other
 * work.
 */
const offlinePacePerStreamMs = 4;

/** The part streams of a worker's activities, and what is left of those whose worker died. */
export function createPartStreams(deps: PartStreamDeps): {
  openPartStream: OpenPartStream;
  readLostParts: ReadLostParts;
  counts: Readonly<PartCounts>;
} {
  const { config, store, bus, failpoint, logger } = deps;
  const counts: PartCounts = { published: 0, unwatched: 0, checkpoints: 0 };
  const leases = createWatchLeases({ bus, clock: realClock });
  const open = new Set<object>();
  const offlinePaceMs = () => Math.max(offlinePaceMinMs, open.size * offlinePacePerStreamMs);
  return {
    openPartStream({ chat_id, episode, role, max_bytes }) {
      const context = Context.current();
      const stream = createPartStream({
        chatId: chat_id,
        episode,
        role,
        bus,
        leases,
        onParts(count, published) {
          counts[published ? "published" : "unwatched"] += count;
        },
        heartbeat(details) {
          counts.checkpoints += 1;
          context.heartbeat(details);
        },
        spill: (row) => insertSpill(store.pool, chat_id, row),
        onSpillFailed: (error) => logger.warn({ err: error, chat_id, episode }, "spill failed, tried again"),
        failpoint,
        sealing: sealingOf(config, chat_id),
        get checkpointMs() {
          const { checkpointMs, liveBus } = config;
          return liveBus === "off" ? Math.min(checkpointMs, offlinePaceMs()) : checkpointMs;
        },
        unwatchedCheckpointMs: config.unwatchedCheckpointMs,
        heartbeatTimeoutMs: config.heartbeatTimeoutMs,
        bytesMax: max_bytes ?? checkpointBytesMax,
        clock: realClock,
        heldDetails: context.info.heartbeatDetails,
      });
      open.add(stream);
      return {
        push: (index, delta) => stream.push(index, delta),
        checkpointNow: () => stream.checkpointNow(),
        close() {
          open.delete(stream);
          stream.close();
        },
      };
    },
    counts,
    async readLostParts(chatId) {
      return readCheckpoint(Context.current().info.heartbeatDetails, {
        sealing: sealingOf(config, chatId),
        readSpill: (episode) => readSpill(store.pool, chatId, { episode, after_seq: 0 }),
      });
    },
  };
}
