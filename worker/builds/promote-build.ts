// Makes a build current: new runs go to it, and the runs of other builds are asked to hand over.
import type { Client } from "@temporalio/client";
import type { Logger } from "pino";
import type { Config } from "../../platform/config/config.ts";
import type { Pool } from "../../store/database.ts";
import {
  chooseBuild,
  newestBuild,
  rememberBuild,
  UNVERSIONED,
  whileChoosing,
} from "../../store/presence/worker-builds.ts";
import { nameOfBuild } from "./build-id.ts";
import { readCurrentBuild, setCurrentBuild } from "./temporal-builds.ts";

/** Temporal notes the polls of a new build within a second; a busy one takes longer. */
const ACCEPTED_WITHIN_MS = 15_000;

export interface PromoteDeps {
  readonly pool: Pool;
  readonly temporal: Client;
  readonly taskQueue: string;
}

/** A person has decided: whatever was chosen before, this build is the newest choice. */
export async function promoteBuild(
  { pool, temporal, taskQueue }: PromoteDeps,
  buildId: string,
): Promise<void> {
  await whileChoosing(pool, async (db) => {
    await chooseBuild(db, taskQueue, buildId);
    await makeCurrent(temporal, taskQueue, buildId);
  });
}

export interface StartingBuild {
  readonly build_id: string;
  readonly mode: Config["buildCurrent"];
  readonly logger: Logger;
}

/**
 * What a worker does about its build as soon as it polls. `auto`: the build becomes current if it is the newest choice, so that a
 * restarted worker of an older build changes nothing.
 */
export async function promoteAtStart(
  deps: PromoteDeps,
  { build_id, mode, logger }: StartingBuild,
): Promise<void> {
  const { pool, temporal, taskQueue } = deps;
  await whileChoosing(pool, async (db) => {
    await rememberBuild(db, taskQueue, build_id);
    if (mode === "always") await chooseBuild(db, taskQueue, build_id);
    const current = await readCurrentBuild(temporal, taskQueue);
    if (current === build_id) return;
    if (mode !== "manual" && (await newestBuild(db, taskQueue)) === build_id) {
      await makeCurrent(temporal, taskQueue, build_id);
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

async function makeCurrent(temporal: Client, taskQueue: string, buildId: string): Promise<void> {
  // A deployment that never had a build is unknown to Temporal, and needs no change.
  if (buildId === UNVERSIONED && (await readCurrentBuild(temporal, taskQueue)) === UNVERSIONED) return;
  await setCurrentBuild(temporal, taskQueue, { build_id: buildId, withinMs: ACCEPTED_WITHIN_MS });
}
