// The API speaks HTTP and the store; this file: how many streams a replica serves, for its metrics.
import { Gauge, type Registry } from "prom-client";
import { exposeReadings } from "../../platform/metrics.ts";
import type { BuildLogRegistry } from "./build-log/build-log-registry.ts";
import type { HubRegistry } from "./chat/hub-registry.ts";
import type { FeedRegistry } from "./feed/feed-registry.ts";
import type { StreamGate } from "./stream-gate.ts";

export function measureStreams(
  metrics: Registry,
  streams: {
    readonly hubs: HubRegistry;
    readonly buildLogs: BuildLogRegistry;
    readonly feeds: FeedRegistry;
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
      const open = streams.streams.size;
      const counts = { ...hubs.counts(), ...feeds.counts(), builds: buildLogs.size, open };
      for (const [what, count] of Object.entries(counts)) gauge.set({ what }, count);
    },
  });
}
