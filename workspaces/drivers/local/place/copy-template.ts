// Copies the files a workspace begins with. Copied, never linked, and nothing outside of the template's folder is read.
import { constants } from "node:fs";
import { chmod, copyFile, lchown, lstat, mkdir, readlink, rename, symlink } from "node:fs/promises";
import path from "node:path";
import { TreeCursor } from "../../../agent/files/place/tree-cursor.ts";
import { WorkspaceError } from "../../../driver.ts";
import { removeTree } from "./remove-tree.ts";

export interface TemplateCopy {
  /** Folder of the template's files; null: none. */
  readonly from: string | null;
  /** Becomes the copy; nothing is there yet. */
  readonly to: string;
  /** Whose the copies are; null: ours. */
  readonly owner: number | null;
  readonly signal: AbortSignal;
  log(line: string): void;
}

/** Two cursors that move together. */
interface CopyWay {
  readonly from: TreeCursor;
  readonly to: TreeCursor;
}

/** All or nothing: `to` appears when everything is in it, so what a killed predecessor left half is done again. */
export async function copyTemplate(copy: TemplateCopy): Promise<void> {
  const unfinished = `${copy.to}.unfinished`;
  await removeTree(unfinished);
  if (copy.from !== null && !(await lstat(copy.from).catch(() => null))?.isDirectory()) {
    throw new WorkspaceError("driver_failed", "The template's files are no longer there.");
  }
  await makeFolder(Buffer.from(unfinished), copy);
  const files = copy.from === null ? 0 : await copyTree(copy, { from: copy.from, to: unfinished });
  copy.signal.throwIfAborted();
  await rename(unfinished, copy.to);
  copy.log(copy.from === null ? "The workspace begins empty." : `Copied ${files} files.`);
}

async function makeFolder(folder: Buffer, { owner }: TemplateCopy): Promise<void> {
  await mkdir(folder);
  // Not by mkdir's mode, which our own umask would change.
  await chmod(folder, 0o755);
  if (owner !== null) await lchown(folder, owner, owner);
}

async function copyTree(copy: TemplateCopy, places: { readonly from: string; readonly to: string }) {
  const from = await TreeCursor.at(places.from);
  try {
    const to = await TreeCursor.at(places.to);
    try {
      return await copyFolder(copy, { from, to });
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

/** How many files were copied. */
async function copyFolder(copy: TemplateCopy, way: CopyWay): Promise<number> {
  let files = 0;
  for (const entry of await way.from.entries()) {
    copy.signal.throwIfAborted();
    const { name } = entry;
    if (entry.isDirectory()) {
      await makeFolder(way.to.path(name), copy);
      await way.from.enter(name);
      await way.to.enter(name);
      files += await copyFolder(copy, way);
      await way.from.leave();
      await way.to.leave();
    } else if (entry.isFile()) {
      await copyOneFile(copy, way, name);
      files += 1;
    } else if (entry.isSymbolicLink() && (await copyLink(copy, way, name))) {
      files += 1;
    } else {
      const shown = [...way.from.names, name.toString()].join("/");
      copy.log(`Left out ${shown}: neither a file, a folder, nor a link to one of them within the template.`);
    }
  }
  return files;
}

async function copyOneFile(copy: TemplateCopy, way: CopyWay, name: Buffer): Promise<void> {
  const [from, to] = [way.from.path(name), way.to.path(name)];
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  const { mode } = await lstat(from);
  // Owners write what is theirs, also when the template is read-only; who may run it stays.
  await chmod(to, 0o644 | (mode & 0o111));
  if (copy.owner !== null) await lchown(to, copy.owner, copy.owner);
}

/** Links stay links, and only those that stay inside. */
async function copyLink(copy: TemplateCopy, way: CopyWay, name: Buffer): Promise<boolean> {
  const target = await readlink(way.from.path(name), "buffer");
  const written = target.toString("latin1");
  const inside = path.posix.normalize([...way.from.names, written].join("/"));
  if (written.startsWith("/") || inside === ".." || inside.startsWith("../")) return false;
  await symlink(target, way.to.path(name));
  if (copy.owner !== null) await lchown(way.to.path(name), copy.owner, copy.owner);
  return true;
}
