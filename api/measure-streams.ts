// The API speaks HTTP and the store; this file: how many streams a replica serves, for its metrics.
import { Gauge, type Registry } from "prom-client";
import type { BuildLogRegistry } from "./build-log-registry.ts";
import type { HubRegistry } from "./hub-registry.ts";

export function measureStreams(
  metrics: Registry,
  { hubs, buildLogs }: { readonly hubs: HubRegistry; readonly buildLogs: BuildLogRegistry },
): void {
  const gauge = new Gauge({
    name: "everturn_streams",
    help: "Chats watched by this replica, those of them that run, their readers, and builds whose log is followed",
    labelNames: ["what"],
    registers: [metrics],
    collect() {
      for (const [what, count] of Object.entries(hubs.counts())) gauge.set({ what }, count);
      gauge.set({ what: "builds" }, buildLogs.size);
    },
  });
}
