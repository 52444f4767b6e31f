// Makes a build current: new runs go to it, and the runs of other builds are asked to hand over.
import type { Client } from "@temporalio/client";
import type { Logger } from "pino";
import type { Config } from "../../platform/config/config.ts";
import type { Pool } from "../../store/database.ts";
import { chooseBuild, newestBuild, UNVERSIONED, whileChoosing } from "../../store/presence/worker-builds.ts";
import { nameOfBuild } from "./build-id.ts";
import { type CurrentBuildInput, readCurrentBuild, setCurrentBuild } from "./temporal-builds.ts";

/** Temporal notes the polls of a new build within a second; a busy one takes longer. */
const ACCEPTED_WITHIN_MS = 15_000;

export interface PromoteDeps {
  readonly pool: Pool;
  readonly temporal: Client;
  readonly taskQueue: string;
}

/**
 * A person has decided: whatever was chosen before, this build is the newest choice, also if Temporal cannot be told now.
 * @throws if Temporal does not make it current in time
 */
export async function promoteBuild(deps: PromoteDeps, buildId: string): Promise<void> {
  const { pool, taskQueue } = deps;
  await whileChoosing(pool, async () => {
    await chooseBuild(pool, taskQueue, buildId);
    // A build to go back to may lack a queue that a later one has added.
    await makeCurrent(deps, { build_id: buildId, queues: "main" });
  });
}

export interface StartingBuild {
  readonly build_id: string;
  readonly mode: Config["buildCurrent"];
  readonly logger: Logger;
}

/**
 * What a worker does about its build, which is known, as soon as it polls. `auto`: the build becomes current if it is the newest
 * choice, so that a restarted worker of an older build changes nothing. May be called again until it succeeds: a newer choice is
 * respected.
 */
export async function promoteIfChosen(
  deps: PromoteDeps,
  { build_id, mode, logger }: StartingBuild,
): Promise<void> {
  const { pool, temporal, taskQueue } = deps;
  await whileChoosing(pool, async () => {
    const current = await readCurrentBuild(temporal, taskQueue);
    if (current === build_id) return;
    if (mode !== "manual" && (await newestBuild(pool, taskQueue)) === build_id) {
      await makeCurrent(deps, { build_id, queues: "all" });
      logger.info({ build: nameOfBuild(build_id), before: nameOfBuild(current) }, "build made current");
      return;
    }
    const command = `npm run everturn -- workers promote ${nameOfBuild(build_id)}`;
    logger.warn(
      { build: nameOfBuild(build_id), current: nameOfBuild(current), command },
      "build is not current",
    );
  });
}

async function makeCurrent(
  { temporal, taskQueue }: PromoteDeps,
  { build_id, queues }: Pick<CurrentBuildInput, "build_id" | "queues">,
): Promise<void> {
  // A deployment that never had a build is unknown to Temporal, and needs no change.
  if (build_id === UNVERSIONED && (await readCurrentBuild(temporal, taskQueue)) === UNVERSIONED) return;
  await setCurrentBuild(temporal, taskQueue, { build_id, queues, withinMs: ACCEPTED_WITHIN_MS });
}
