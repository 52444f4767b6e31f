// Tests: ends what a test's workspaces left running, and their folder.
import { readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { createLocalDriver } from "../../../workspaces/drivers/local/local.ts";

/** Agents outlive workers by design, so a test that ends must end them itself. */
export async function removeWorkspaces(folder: string): Promise<void> {
  const secretKey = Buffer.alloc(32);
  // Whichever deployments of the test made them.
  const marks = (await readdir(folder).catch(() => [])).map((id) => path.join(folder, id, "deployment"));
  const deployments = await Promise.all(marks.map((mark) => readFile(mark, "utf8").catch(() => "none")));
  for (const deployment of new Set(["none", ...deployments.map((text) => text.trim())])) {
    const settings = { dataDir: folder, folder, deployment, secretKey, allowUnsandboxed: true };
    const driver = createLocalDriver(settings);
    for (const id of await driver.list()) await driver.destroy(id);
  }
  await rm(folder, { recursive: true, force: true });
}
