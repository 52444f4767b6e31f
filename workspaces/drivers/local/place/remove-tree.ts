// Removes a tree whose content somebody else chose: of any depth, with locked folders in it, and without following a link.

import { randomUUID } from "node:crypto";
import { chmod, lstat, readdir, rename, rm, rmdir, unlink } from "node:fs/promises";

const ownerMayAll = 0o700;

/** Resolves when nothing is there any more. Nothing inside may still run. */
export async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    if (!(await lstat(folder)).isDirectory()) throw error;
    // A path longer than the system takes, or a folder without its owner's permissions.
    await takeApart(folder);
  }
}

/**
 * Moves every folder below up to the top before it is emptied, so that no path is longer than two names below `folder`. Cut short, it
 * leaves a flatter tree, with which the next call goes on.
 */
async function takeApart(folder: string): Promise<void> {
  const top = Buffer.from(folder);
  const mark = randomUUID();
  const pending = [top];
  let moved = 0;
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    // chmod follows links, but folders that were just listed, or moved, are none.
    await chmod(at, ownerMayAll);
    for (const entry of await readdir(at, { withFileTypes: true, encoding: "buffer" })) {
      const path = Buffer.concat([at, Buffer.from("/"), entry.name]);
      if (!entry.isDirectory()) {
        await unlink(path);
        continue;
      }
      // A folder can be moved only by who may write in it.
      await chmod(path, ownerMayAll);
      const target = Buffer.from(`${folder}/.${mark}-${(moved += 1)}`);
      await rename(path, target);
      pending.push(target);
    }
    // The top itself is removed last.
    if (at !== top) await rmdir(at);
  }
  await rmdir(top);
}
