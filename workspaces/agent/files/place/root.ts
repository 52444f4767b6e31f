// The workspace agent runs inside the workspace. This file: the root, which nothing leads out of, and the words for what does.

import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open, readlink, realpath } from "node:fs/promises";
import { quoted } from "../../../../core/text/quoted.ts";
import { AgentError } from "../../api.ts";
import { errorCodeOf } from "../system-fault.ts";

export interface Root {
  /** Absolute, without links. */
  readonly path: string;
  /** What errors call it: "workspace", "project folder". */
  readonly placeName: string;
}

/**
 * A folder below the root, held open. Names in it are reached through its descriptor, so that what happens to the folder's own
 * name, or to those above it, changes nothing: `base` is `/proc/self/fd/<n>`. Systems without /proc have the folder's path there:
 * links are refused all the same, but a swap between two looks can be noticed only after the open, and they have no sandbox
 * either.
 */
export interface OpenFolder {
  readonly handle: FileHandle;
  readonly base: string;
  /** Names from the root down. */
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

/** Where an open file lies now, as the kernel says; null where the system has no /proc. */
export async function locationOf(handle: FileHandle): Promise<string | null> {
  return readlink(`/proc/self/fd/${handle.fd}`).catch(() => null);
}

/** Opens the root; the caller closes it. Throws `AgentError` when it is gone, or is not the folder it was. */
export async function openRoot(root: Root): Promise<OpenFolder> {
  const handle = await open(root.path, folderFlags).catch((error: unknown) => {
    const code = errorCodeOf(error);
    if (code === "ENOENT")
      throw new AgentError("not_found", `The ${root.placeName} does not exist any more.`);
    if (code === "ELOOP" || code === "ENOTDIR") throw replaced(root);
    throw error;
  });
  try {
    const location = await locationOf(handle);
    if ((location ?? (await realpath(root.path))) !== root.path) throw replaced(root);
    return { handle, base: location === null ? root.path : descriptorPath(handle), names: [] };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function replaced(root: Root): AgentError {
  return new AgentError("outside_workspace", `The ${root.placeName} was replaced by a link.`);
}

function descriptorPath(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`;
}

/** The path by which a name in an open folder is reached. */
export function pathIn(folder: OpenFolder, name: string): string {
  return `${folder.base}/${name}`;
}

/** Opens a folder in an open folder, which stays open; links are not followed. Throws the system's errors. */
export async function openFolderIn(folder: OpenFolder, name: string): Promise<OpenFolder> {
  const handle = await open(pathIn(folder, name), folderFlags);
  const isByDescriptor = folder.base.startsWith("/proc/self/fd/");
  const base = isByDescriptor ? descriptorPath(handle) : pathIn(folder, name);
  return { handle, base, names: name === "." ? folder.names : [...folder.names, name] };
}
