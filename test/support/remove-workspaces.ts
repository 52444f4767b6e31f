// Tests: ends what a test's workspaces left running, and their folder.
import { rm } from "node:fs/promises";
import { createLocalDriver } from "../../workspaces/drivers/local.ts";

/** Agents outlive workers by design, so a test that ends must end them itself. */
export async function removeWorkspaces(folder: string): Promise<void> {
  const secretKey = Buffer.alloc(32);
  const driver = createLocalDriver({ dataDir: folder, folder, secretKey, allowUnsandboxed: true });
  for (const id of await driver.list()) await driver.destroy(id);
  await rm(folder, { recursive: true, force: true });
}
