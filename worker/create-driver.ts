// Builds the workspace driver that the configuration asks for.
import type { Config } from "../platform/config/config.ts";
import type { Logger } from "../platform/logger.ts";
import { type WorkspaceDriver, WorkspaceError } from "../workspaces/driver.ts";
import { createDockerDriver } from "../workspaces/drivers/docker/docker.ts";
import { createLocalDriver } from "../workspaces/drivers/local/local.ts";

type DriverConfig = Pick<
  Config,
  | "workspaceDriver"
  | "agentNodeImage"
  | "dataDir"
  | "workspacesDir"
  | "bwrapPath"
  | "allowUnsandboxed"
  | "secretKey"
  | "secretKeyPrevious"
>;

/**
 * @param deployment tells this deployment's workspaces from others' in the same folder or engine, for as long as they
 * exist
 */
export function createDriver(config: DriverConfig, logger: Logger, deployment: string): WorkspaceDriver {
  const { secretKey, secretKeyPrevious } = config;
  if (config.workspaceDriver === "docker") {
    const agentProgram = { bundles: `${config.dataDir}/bundles`, nodeImage: config.agentNodeImage };
    return createDockerDriver({ deployment, secretKey, secretKeyPrevious, agentProgram });
  }
  return createLocalDriver({
    dataDir: config.dataDir,
    folder: config.workspacesDir,
    deployment,
    secretKey,
    secretKeyPrevious,
    allowUnsandboxed: config.allowUnsandboxed,
    bwrapPath: config.bwrapPath,
    logger,
  });
}

/** Says at start what workspaces lack. The worker runs all the same; its tools then refuse and explain why (SPEC W10). */
export async function warnOfDriver(driver: WorkspaceDriver, logger: Logger): Promise<void> {
  try {
    for (const warning of await driver.probe()) logger.warn({ driver: driver.name }, warning);
  } catch (error) {
    if (!(error instanceof WorkspaceError)) throw error;
    logger.warn({ driver: driver.name, code: error.code }, error.message);
  }
}
