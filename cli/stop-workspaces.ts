// The command line composes: `stop-workspaces` ends what runs in this deployment's workspaces. Agents outlive workers, so
// somebody who stops everything has to say so.
import { loadConfig } from "../platform/config.ts";
import { createLogger } from "../platform/logger.ts";
import { createPool } from "../store/database.ts";
import { readDeploymentId } from "../store/deployment.ts";

/** Ends agents and processes; files stay, and the next use of a workspace starts its agent again. */
export async function stopWorkspaces(): Promise<void> {
  const config = loadConfig(process.env);
  const { createDriver } = await import("../worker/create-driver.ts");
  const pool = createPool(config.databaseUrl, 1);
  const deployment = await readDeploymentId(pool);
  await pool.end();
  const driver = createDriver(config, createLogger({ level: config.logLevel, role: "cli" }), deployment);
  const ids = await driver.list();
  await Promise.all(ids.map((id) => driver.stop(id)));
  process.stdout.write(`${ids.length} workspaces stopped\n`);
}
