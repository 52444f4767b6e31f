// What `everturn workers` says about the builds of a deployment.
import { listBuilds, UNVERSIONED } from "../../store/presence/worker-builds.ts";
import { nameOfBuild } from "./build-id.ts";
import type { PromoteDeps } from "./promote-build.ts";
import { countPinnedRuns, readCurrentBuild } from "./temporal-builds.ts";

const COUNTED_FOR_MS = 86_400_000;

export interface BuildReport {
  readonly build: string;
  /**
   * `current`: new turns begin here. `draining`: turns that it began still run on it. `drained`: none does, and its workers may be
   * stopped. `abandoned`: turns run on it, but no worker is left.
   */
  readonly state: "current" | "draining" | "drained" | "abandoned";
  /** Processes that live. */
  readonly workers: number;
  /** Turns that are pinned to it and run. */
  readonly runs: number;
  readonly last_seen_at: string | null;
  /** Turns that were ended because its workflow tasks failed again and again. */
  readonly failed_runs: number;
  readonly last_failure: string | null;
}

/** The newest choice first. */
export async function reportBuilds(
  { pool, temporal, taskQueue }: PromoteDeps,
  lostMs: number,
): Promise<BuildReport[]> {
  const [builds, current] = await Promise.all([
    listBuilds(pool, taskQueue, lostMs),
    readCurrentBuild(temporal, taskQueue),
  ]);
  return Promise.all(
    builds.map(async ({ build_id, living, known, last_seen_at, failed_runs, last_failure }) => {
      // Runs of workers without a build are pinned to nothing, and move to the current build by themselves.
      const isCounted =
        build_id !== UNVERSIONED && (build_id === current || known > 0 || isRecent(last_seen_at));
      const runs = isCounted ? await countPinnedRuns(temporal, taskQueue, build_id) : 0;
      return {
        build: nameOfBuild(build_id),
        state: stateOf({ isCurrent: build_id === current, living, runs }),
        workers: living,
        runs,
        last_seen_at,
        failed_runs,
        last_failure,
      };
    }),
  );
}

/** Runs of a build without workers are begun again within a minute, and Temporal allows few counts a second. */
function isRecent(lastSeenAt: string | null): boolean {
  return lastSeenAt !== null && Date.now() - Date.parse(lastSeenAt) < COUNTED_FOR_MS;
}

interface Standing {
  readonly isCurrent: boolean;
  readonly living: number;
  readonly runs: number;
}

function stateOf({ isCurrent, living, runs }: Standing): BuildReport["state"] {
  if (isCurrent) return "current";
  if (runs === 0) return "drained";
  return living === 0 ? "abandoned" : "draining";
}
