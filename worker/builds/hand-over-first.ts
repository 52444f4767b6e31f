// Before a worker of an older build stops, its runs have some time to hand over: what they hand over loses nothing.
import type { Logger } from "pino";
import { UNVERSIONED } from "../../store/presence/worker-builds.ts";
import type { PromoteDeps } from "./promote-build.ts";
import { countPinnedRuns, readCurrentBuild } from "./temporal-builds.ts";

const LOOK_EVERY_MS = 250;

export interface HandedOverInput {
  readonly build_id: string;
  readonly withinMs: number;
  readonly logger: Logger;
}

/**
 * Resolves when no run is pinned to this build, or when the time is over. At once if the build is current, because its other workers
 * take over. Never throws.
 */
export async function untilHandedOver(
  { temporal, taskQueue }: Omit<PromoteDeps, "pool">,
  { build_id, withinMs, logger }: HandedOverInput,
): Promise<void> {
  if (build_id === UNVERSIONED) return;
  const endsAt = Date.now() + withinMs;
  try {
    await temporal.withDeadline(endsAt, async () => {
      if ((await readCurrentBuild(temporal, taskQueue)) === build_id) return;
      while (Date.now() < endsAt && (await countPinnedRuns(temporal, taskQueue, build_id)) > 0)
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    });
  } catch (error) {
    logger.warn({ err: error }, "whether runs have handed over could not be found out");
  }
}
