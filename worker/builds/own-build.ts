// The build that this process runs: it is made known before the process polls, becomes current if it should, and is left in order.
import { hostname } from "node:os";
import type { Logger } from "pino";
import type { OwnToolsReport } from "../../core/tool/own-tools-report.ts";
import type { Config } from "../../platform/config/config.ts";
import { chooseBuild, rememberBuild, UNVERSIONED } from "../../store/presence/worker-builds.ts";
import { beatWorker, removeWorker, type WorkerProcess } from "../../store/presence/worker-processes.ts";
import { type Loop, startLoop } from "../loops/loop.ts";
import { buildIdOf } from "./build-id.ts";
import { type PromoteDeps, promoteIfChosen, type StartingBuild } from "./promote-build.ts";
import { countPinnedRuns, readCurrentBuild } from "./temporal-builds.ts";

/** Before a promotion is tried again. */
const PROMOTE_AGAIN_MS = 2_000;
/** Many workers may stop at once, and Temporal allows few counts a second. */
const COUNT_EVERY_MS = 1_000;
/** Of the grace time; the rest is for what the worker must leave in the middle. */
const HAND_OVER_SHARE = 0.5;

export interface OwnBuild {
  readonly process: WorkerProcess;
  /**
   * Makes the build current if it should be. Call it when the process polls. If Temporal cannot do it now, it is tried again
   * beside the work. Throws only what Postgres throws.
   */
  promote(): Promise<void>;
  /**
   * Gives the runs of an older build some time to hand over. At once if the build is current, because its other workers take over.
   * Never throws.
   */
  untilHandedOver(): Promise<void>;
  /** Nothing runs here any more: nobody needs to wait for this process. */
  leave(): Promise<void>;
}

interface OwnBuildInput extends Omit<PromoteDeps, "taskQueue"> {
  /** Of the worker process. */
  readonly id: string;
  /** What the others are told about its own tools. */
  readonly own_tools?: OwnToolsReport | null;
  readonly logger: Logger;
}

/** Before the process polls: whoever finds a run of its build must also find that somebody serves it. */
export async function openBuild(config: Config, input: OwnBuildInput): Promise<OwnBuild> {
  const { pool, temporal, id, own_tools = null, logger } = input;
  const { taskQueue, buildCurrent: mode } = config;
  const build_id = await buildIdOf(config.buildId);
  const own = { id, task_queue: taskQueue, build_id, host: hostname(), pid: process.pid, own_tools };
  await beatWorker(pool, own);
  await rememberBuild(pool, taskQueue, build_id);
  const deps = { pool, temporal, taskQueue };
  const withinMs = config.shutdownGraceMs * HAND_OVER_SHARE;
  const starting = { build_id, mode, logger };
  let promotion: Loop | undefined;
  return {
    process: own,
    async promote() {
      // Which build is chosen does not wait for Temporal.
      if (mode === "always") await chooseBuild(pool, taskQueue, build_id);
      promotion = await promoteOrTryAgain(deps, starting);
    },
    untilHandedOver: () =>
      untilHandedOver(deps, { build_id, withinMs }).catch((error: unknown) => {
        logger.warn({ err: error }, "whether runs have handed over could not be found out");
      }),
    async leave() {
      await promotion?.stop();
      await removeWorker(pool, id).catch(() => undefined);
    },
  };
}

/** A worker whose build is not current yet still serves the runs of its build, so a failure does not end it. */
async function promoteOrTryAgain(deps: PromoteDeps, build: StartingBuild): Promise<Loop | undefined> {
  try {
    await promoteIfChosen(deps, build);
    return undefined;
  } catch (error) {
    build.logger.warn({ err: error }, "build could not be made current, tried again");
    const work = async () => {
      await promoteIfChosen(deps, build);
      return "done" as const;
    };
    return startLoop("promotion of the build", PROMOTE_AGAIN_MS, { work, logger: build.logger });
  }
}

/** Resolves when no run is pinned to this build, or when the time is over. */
async function untilHandedOver(
  { temporal, taskQueue }: PromoteDeps,
  { build_id, withinMs }: { readonly build_id: string; readonly withinMs: number },
): Promise<void> {
  if (build_id === UNVERSIONED) return;
  const endsAt = Date.now() + withinMs;
  await temporal.withDeadline(endsAt, async () => {
    if ((await readCurrentBuild(temporal, taskQueue)) === build_id) return;
    while (Date.now() < endsAt && (await countPinnedRuns(temporal, taskQueue, build_id)) > 0)
      await new Promise((resolve) => setTimeout(resolve, COUNT_EVERY_MS * (0.75 + Math.random() / 2)));
  });
}
