// The root of a workspace or project, and the errors for paths that lead out of it.

import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open, readlink, realpath, stat } from "node:fs/promises";
import { quoted } from "../../../../core/text/quoted.ts";
import { AgentError } from "../../api.ts";
import { walkStepsMax } from "../file-limits.ts";
import { onCode } from "../system-fault.ts";
import { nameOf, systemPath } from "./raw-names.ts";

export interface Root {
  /** Absolute, without links. */
  readonly path: string;
  /** What errors call it: "workspace", "project folder". */
  readonly placeName: string;
}

/**
 * An open folder below the root. `base` is `/proc/self/fd/<n>`, so names in it are reached even if the folder, or one above it, is renamed or
 * swapped. On systems without /proc `base` is the folder's path. Links are refused there, too, but a swap is noticed only after the open.
 */
export interface OpenFolder {
  readonly root: Root;
  readonly handle: FileHandle;
  readonly base: string;
  /** Names from the root down, encoded as in raw-names.ts. */
  readonly names: readonly string[];
}

const folderFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Whether `candidate` is `root` or lies below it; both absolute and normalised. */
export function isInside(candidate: string, root: string): boolean {
  return candidate === root || candidate.startsWith(root === "/" ? "/" : `${root}/`);
}

export function refuseOutside(root: Root, asked: string): AgentError {
  return new AgentError(
    "outside_workspace",
    `${quoted(asked)} leads out of the ${root.placeName}.`,
    stayInside(root),
  );
}

export function stayInside(root: Root): string {
  return `Use a path relative to the ${root.placeName}, for example "src/main.ts".`;
}

/** The current path of an open file; null if the system has no /proc or the path is too long for it. */
export async function locationOf(handle: FileHandle): Promise<string | null> {
  const location = await readlink(descriptorPath(handle), "buffer").catch(() => null);
  return location === null ? null : nameOf(location);
}

/** Whether an open folder lies below the root. Goes up folder by folder, so the folder's path may be of any length. */
export async function isBelowRoot({ root, base }: OpenFolder): Promise<boolean> {
  const top = await stat(root.path, { bigint: true });
  let path = base;
  let handle: FileHandle | null = null;
  try {
    for (let level = 0; level <= walkStepsMax; level++) {
      const there = await stat(path, { bigint: true });
      if (there.dev === top.dev && there.ino === top.ino) return true;
      const above: FileHandle = await open(`${path}/..`, folderFlags);
      await handle?.close();
      handle = above;
      path = descriptorPath(above);
      const { dev, ino } = await above.stat({ bigint: true });
      // The parent of the top folder is the top folder itself.
      if (dev === there.dev && ino === there.ino) return false;
    }
    return false;
  } finally {
    await handle?.close();
  }
}

/** Opens the root. The caller closes it. Throws `AgentError` if the root is gone or was replaced by a link. */
export async function openRoot(root: Root): Promise<OpenFolder> {
  const handle = await open(root.path, folderFlags)
    .catch(onCode(["ELOOP", "ENOTDIR"], () => refuseReplaced(root)))
    .catch(onCode(["ENOENT"], () => refuseGone(root)));
  try {
    const location = await locationOf(handle);
    if ((location ?? (await realpath(root.path))) !== root.path) refuseReplaced(root);
    return { root, handle, base: location === null ? root.path : descriptorPath(handle), names: [] };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function refuseReplaced({ placeName }: Root): never {
  throw new AgentError("outside_workspace", `The ${placeName} was replaced by a link.`);
}

function refuseGone({ placeName }: Root): never {
  throw new AgentError("not_found", `The ${placeName} does not exist any more.`);
}

function descriptorPath(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}

/** The path of a name in an open folder. */
export function pathIn(folder: OpenFolder, name: string): string | Buffer {
  return systemPath(`${folder.base}/${name}`);
}

export function hasDescriptorPath({ base }: OpenFolder): boolean {
  return base.startsWith("/proc/self/fd/");
}

/** Opens a folder in an open folder, which stays open; links are not followed. Throws the system's errors. */
export async function openFolderIn(folder: OpenFolder, name: string): Promise<OpenFolder> {
  const handle = await open(pathIn(folder, name), folderFlags);
  const base = hasDescriptorPath(folder) ? descriptorPath(handle) : `${folder.base}/${name}`;
  return { root: folder.root, handle, base, names: name === "." ? folder.names : [...folder.names, name] };
}
