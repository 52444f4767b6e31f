// Lets the others notice when this worker dies, and hands on their work when they do.

import { StartError } from "../../dev/start-error.ts";
import type { Config } from "../../platform/config/config.ts";
import type { Reading } from "../../platform/metrics.ts";
import { holdPresence } from "../../store/presence/hold-presence.ts";
import type { WorkerRow } from "../../store/presence/worker-rows.ts";
import { type HandOnDeps, handOnWork, type LostCounts } from "./hand-on-work.ts";

interface PresenceParts extends Omit<HandOnDeps, "taskQueue" | "counts"> {
  readonly self: WorkerRow;
}

export interface RunningPresence {
  readonly readings: readonly Reading[];
  /** Call it when nothing runs here any more: what is killed before is noticed by the others. */
  leave(): Promise<void>;
}

/** Resolves when this worker holds its lock. @throws StartError if it cannot */
export async function startPresence(config: Config, parts: PresenceParts): Promise<RunningPresence> {
  const { self: worker, logger } = parts;
  const { databaseUrl, taskQueue } = config;
  const counts: LostCounts = { workers: 0, activities: 0 };
  const onLost = (lost: readonly WorkerRow[], signal: AbortSignal) =>
    handOnWork({ ...parts, taskQueue, counts }, lost, signal);
  const presence = holdPresence({ databaseUrl, worker, onLost, logger });
  await presence.held.catch((error: Error) => {
    throw new StartError(`this worker cannot show that it lives: ${error.message}`);
  });
  return { readings: readingsOf(counts), leave: () => presence.leave() };
}

function readingsOf(counts: Readonly<LostCounts>): Reading[] {
  return [
    {
      name: "everturn_workers_lost_total",
      help: "Workers that died and whose activities this worker has handed on",
      read: () => counts.workers,
    },
    {
      name: "everturn_activities_handed_on_total",
      help: "Activities of lost workers that this worker has handed on",
      read: () => counts.activities,
    },
  ];
}
