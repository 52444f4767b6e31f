// The API speaks HTTP and the store; this file: how many streams a replica serves, for its metrics.
import { Gauge, type Registry } from "prom-client";
import { exposeReadings } from "../platform/metrics.ts";
import type { BuildLogRegistry } from "./build-log-registry.ts";
import type { FeedRegistry } from "./feed-registry.ts";
import type { HubRegistry } from "./hub-registry.ts";

export function measureStreams(
  metrics: Registry,
  streams: {
    readonly hubs: HubRegistry;
    readonly buildLogs: BuildLogRegistry;
    readonly feeds: FeedRegistry;
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
    help: "Chats watched by this replica, those of them that run, their readers, builds whose log is followed, feeds of users and their readers",
    labelNames: ["what"],
    registers: [metrics],
    collect() {
      const counts = { ...streams.hubs.counts(), ...streams.feeds.counts(), builds: streams.buildLogs.size };
      for (const [what, count] of Object.entries(counts)) gauge.set({ what }, count);
    },
  });
}
