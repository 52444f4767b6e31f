// Workspaces: removes a tree whose content somebody else chose: links are removed, not followed, and locked folders opened.
import { chmod, lstat, readdir, rm } from "node:fs/promises";
import path from "node:path";

const ownerMayAll = 0o700;

/** Resolves when nothing is there any more. Nothing inside may still run. */
export async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EACCES" && code !== "EPERM") throw error;
    // A folder without its owner's permissions, left behind by a program inside. Not for root, who passes anyway.
    await openFolders(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function openFolders(folder: string): Promise<void> {
  const stats = await lstat(folder).catch(() => null);
  // chmod follows links, so a link must never get this far.
  if (stats === null || !stats.isDirectory()) return;
  await chmod(folder, ownerMayAll);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await openFolders(path.join(folder, entry.name));
  }
}
