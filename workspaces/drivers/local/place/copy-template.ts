// Workspaces: the files a workspace begins with. Copied, never linked, and nothing outside of the template's folder is read.
import { constants } from "node:fs";
import { chmod, copyFile, lchown, lstat, mkdir, readdir, readlink, rename, symlink } from "node:fs/promises";
import path from "node:path";
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

interface Copied {
  files: number;
}

/** All or nothing: `to` appears when everything is in it, so what a killed predecessor left half is done again. */
export async function copyTemplate(copy: TemplateCopy): Promise<void> {
  const unfinished = `${copy.to}.unfinished`;
  await removeTree(unfinished);
  const copied: Copied = { files: 0 };
  if (copy.from === null) {
    await makeFolder(unfinished, copy);
  } else {
    if (!(await lstat(copy.from).catch(() => null))?.isDirectory()) {
      throw new WorkspaceError("driver_failed", "The template's files are no longer there.");
    }
    await copyFolder(copy, { from: copy.from, to: unfinished }, copied);
  }
  copy.signal.throwIfAborted();
  await rename(unfinished, copy.to);
  copy.log(copy.from === null ? "The workspace begins empty." : `Copied ${copied.files} files.`);
}

async function makeFolder(folder: string, { owner }: TemplateCopy): Promise<void> {
  await mkdir(folder);
  // Not by mkdir's mode: the umask of whoever runs us is no business of the workspace.
  await chmod(folder, 0o755);
  if (owner !== null) await lchown(folder, owner, owner);
}

async function copyFolder(
  copy: TemplateCopy,
  place: { readonly from: string; readonly to: string },
  copied: Copied,
): Promise<void> {
  await makeFolder(place.to, copy);
  for (const entry of await readdir(place.from, { withFileTypes: true })) {
    copy.signal.throwIfAborted();
    const from = path.join(place.from, entry.name);
    const to = path.join(place.to, entry.name);
    const shown = path.relative(copy.from ?? "", from);
    if (entry.isDirectory()) {
      await copyFolder(copy, { from, to }, copied);
    } else if (entry.isFile()) {
      await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      const { mode } = await lstat(from);
      // Owners write what is theirs, also when the template is read-only; who may run it stays.
      await chmod(to, 0o644 | (mode & 0o111));
      if (copy.owner !== null) await lchown(to, copy.owner, copy.owner);
      copied.files += 1;
    } else if (entry.isSymbolicLink() && (await copyLink(copy, from, to))) {
      copied.files += 1;
    } else {
      copy.log(`Left out ${shown}: neither a file, a folder, nor a link to one of them within the template.`);
    }
  }
}

/** Links stay links, and only those that stay inside. */
async function copyLink(copy: TemplateCopy, from: string, to: string): Promise<boolean> {
  const target = await readlink(from);
  const inside = path.relative(copy.from ?? "", path.resolve(path.dirname(from), target));
  if (path.isAbsolute(target) || inside === ".." || inside.startsWith(`..${path.sep}`)) return false;
  await symlink(target, to);
  if (copy.owner !== null) await lchown(to, copy.owner, copy.owner);
  return true;
}
