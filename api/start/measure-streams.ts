// The API speaks HTTP and the store; this file: how many streams a replica serves, for its metrics.
import { Gauge, type Registry } from "prom-client";
import { exposeReadings } from "../../platform/metrics.ts";
import type { BuildLogs } from "../streams/build-log/build-log-watch.ts";
import type { Hubs } from "../streams/chat/hubs.ts";
import type { Feeds } from "../streams/feed/feed-watch.ts";
import type { StreamGate } from "../streams/stream-gate.ts";

export function measureStreams(
  metrics: Registry,
  streams: {
    readonly hubs: Hubs;
    readonly buildLogs: BuildLogs;
    readonly feeds: Feeds;
    readonly streams: StreamGate;
  },
): void {
  exposeReadings(metrics, [
    {
      name: "everturn_checkpoint_looks_total",
      help: "Looks at checkpoints, each a call of Temporal: as chats begin to be watched, for parts that were missed, in long silence",
      read: () => streams.hubs.looks,
    },
  ]);
  const gauge = new Gauge({
    name: "everturn_streams",
    help: "Chats watched by this replica, those of them that run, their readers, builds whose log is followed, feeds of users and their readers, streams open in all",
    labelNames: ["what"],
    registers: [metrics],
    collect() {
      const { hubs, feeds, buildLogs } = streams;
      const counts = {
        hubs: hubs.size,
        active: hubs.activeCount,
        readers: hubs.readerCount,
        feeds: feeds.size,
        feed_readers: feeds.readerCount,
        builds: buildLogs.size,
        open: streams.streams.size,
      };
      for (const [what, count] of Object.entries(counts)) gauge.set({ what }, count);
    },
  });
}
