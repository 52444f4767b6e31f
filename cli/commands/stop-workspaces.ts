// `stop-workspaces`: ends what runs in this deployment's workspaces. Agents outlive workers, so if you stop everything,
// you must stop them, too.
import { parseArgs } from "node:util";
import { StartError } from "../../dev/start-error.ts";
import { loadConfig } from "../../platform/config/config.ts";
import { createLogger } from "../../platform/logger.ts";
import { readDeploymentId } from "../../store/access/deployment.ts";
import { createPool } from "../../store/database.ts";

/**
 * Ends agents and processes. Files stay, and the next use of a workspace starts its agent again. With `--folder`, ends
 * whatever runs in local workspaces below that folder, whoever they belong to: the database that knew them may be gone.
 * @throws StartError if some cannot be ended; all others are
 */
export async function stopWorkspaces(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { folder: { type: "string" } } });
  const stops = values.folder === undefined ? await stopsOfDeployment() : await stopsBelow(values.folder);
  const failed = (await Promise.allSettled(stops)).filter((stop) => stop.status === "rejected");
  process.stdout.write(`${stops.length - failed.length} workspaces stopped\n`);
  if (failed.length === 0) return;
  const reasons = failed.map(({ reason }) => (reason instanceof Error ? reason.message : String(reason)));
  throw new StartError(
    `${failed.length} workspaces could not be stopped: ${[...new Set(reasons)].join(" ")}`,
  );
}

async function stopsOfDeployment(): Promise<Promise<void>[]> {
  const config = loadConfig(process.env);
  const { createDriver } = await import("../../worker/create-driver.ts");
  const pool = createPool(config.databaseUrl, 1);
  const deployment = await readDeploymentId(pool);
  await pool.end();
  const driver = createDriver(config, createLogger({ level: config.logLevel, role: "cli" }), deployment);
  return (await driver.list()).map((id) => driver.stop(id));
}

async function stopsBelow(folder: string): Promise<Promise<void>[]> {
  const { stopAllBelow } = await import("../../workspaces/drivers/local/place/keep-places.ts");
  return stopAllBelow(folder);
}
