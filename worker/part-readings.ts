// Counts what the worker's part streams and loops do, for its metrics.
import type { Reading } from "../platform/metrics.ts";
import type { RepairCounts } from "./loops/end-wedged-runs.ts";
import type { PartCounts } from "./wire-part-streams.ts";

export function partReadings(counts: Readonly<PartCounts>): Reading[] {
  return [
    {
      name: "everturn_bus_published_parts_total",
      help: "Parts of answers and tool output that were published on the live bus",
      read: () => counts.published,
    },
    {
      name: "everturn_bus_unwatched_parts_total",
      help: "Parts that were not published because nobody watched; checkpoints hold them",
      read: () => counts.unwatched,
    },
    {
      name: "everturn_heartbeats_total",
      help: "Heartbeats of answers and tools; each one is an action in Temporal",
      read: () => counts.checkpoints,
    },
  ];
}

export function repairReadings(counts: Readonly<RepairCounts>): Reading[] {
  return [
    {
      name: "everturn_wedged_runs_total",
      help: "Workflow runs that this worker terminated because their workflow tasks failed again and again",
      read: () => counts.wedged_runs,
    },
    {
      name: "everturn_drained_runs_total",
      help: "Workflow runs of other builds that this worker asked to hand over to the current build",
      read: () => counts.drained_runs,
    },
    {
      name: "everturn_abandoned_runs_total",
      help: "Workflow runs that this worker ended and began again because no worker of their build was left",
      read: () => counts.abandoned_runs,
    },
  ];
}
