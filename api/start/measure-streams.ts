// Metrics: how many streams a replica serves.
import { Gauge, type Registry } from "prom-client";
import { exposeReadings } from "../../platform/metrics.ts";
import type { Streams } from "./open-streams.ts";

export function measureStreams(metrics: Registry, streams: Streams): void {
  exposeReadings(metrics, [
    {
      name: "everturn_checkpoint_looks_total",
      help: "Looks at checkpoints, each a call of Temporal: as chats begin to be watched, for parts that were missed, in long silence",
      read: () => streams.hubs.looks,
    },
  ]);
  const gauge = new Gauge({
    name: "everturn_streams",
    help: "Chats watched by this replica, those of them that run, their readers, builds whose log is followed, terminals that are followed, feeds of users and their readers, streams open in all",
    labelNames: ["what"],
    registers: [metrics],
    collect() {
      const { hubs, feeds, buildLogs, terminals, gate } = streams;
      const counts = {
        hubs: hubs.size,
        active: hubs.activeCount,
        readers: hubs.readerCount,
        feeds: feeds.size,
        feed_readers: feeds.readerCount,
        builds: buildLogs.size,
        terminals: terminals.size,
        open: gate.size,
      };
      for (const [what, count] of Object.entries(counts)) gauge.set({ what }, count);
    },
  });
}
