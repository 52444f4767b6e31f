// Tools: nothing outside the project folder is ever read. A path is resolved link by link without touching what lies outside,
// the file is opened without following a last link, and then the opened file itself is asked where it lies.

import type { Stats } from "node:fs";
import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { lstat, open, readlink, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { folderNames } from "./folder-names.ts";
import { nearestNames } from "./nearest-names.ts";
import { quoted, ToolError } from "./tool-error.ts";
import { linksFollowedMax, nearestNamesMax, pathCharsMax } from "./tool-limits.ts";

/** A file or folder of the project. */
export interface ProjectPath {
  /** Absolute, without links. */
  readonly real: string;
  /** Relative to the project folder, `/` between names; "." is the folder itself. */
  readonly relative: string;
  readonly stats: Stats;
}

/** Whether `candidate` is `root` or lies below it; both absolute and normalised. */
export function isInside(candidate: string, root: string): boolean {
  const relative = path.relative(root, candidate);
  return (
    relative === "" ||
    (relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative))
  );
}

const stayInside = 'Use a path relative to the project folder, for example "src/main.ts".';

function refuseOutside(asked: string): ToolError {
  return new ToolError(`${quoted(asked)} leads out of the project folder.`, stayInside);
}

/**
 * The project folder to work in. Throws `ToolError` when the chat has none, or when what is there now is not the folder that
 * was approved: it is stored without links, so a link in it was put there later.
 */
export async function requireProjectRoot(projectRoot: string | null): Promise<string> {
  if (projectRoot === null) throw new ToolError("This chat is not bound to a project folder.");
  const real = await realpath(projectRoot).catch(() => null);
  if (real === null) throw new ToolError("The project folder does not exist any more.");
  if (real !== path.resolve(projectRoot)) throw new ToolError("The project folder was replaced by a link.");
  return real;
}

function lexicalPath(root: string, asked: string): string {
  if (asked.includes("\0")) throw new ToolError("The path holds a NUL character.", stayInside);
  if (asked.length > pathCharsMax) throw new ToolError("The path is too long.", stayInside);
  const candidate = path.resolve(root, asked);
  if (!isInside(candidate, root)) throw refuseOutside(asked);
  return candidate;
}

/** Names in a folder of the project, or none: opened as carefully as anything else, for names of outside are secrets too. */
async function namesInside(root: string, folder: ProjectPath): Promise<readonly string[]> {
  const handle = await openChecked(root, folder, constants.O_DIRECTORY).catch(() => null);
  if (handle === null) return [];
  try {
    return (await folderNames(await openedPath(handle, folder))).names;
  } catch {
    return [];
  } finally {
    await handle.close();
  }
}

function notFound(names: readonly string[], name: string, asked: string): ToolError {
  const nearest = nearestNames(name, names, nearestNamesMax).map(quoted);
  const hint =
    nearest.length > 0
      ? `Similar names in that folder: ${nearest.join(", ")}.`
      : "Use list_dir or find_files to see what there is.";
  return new ToolError(`${quoted(asked)} does not exist in the project.`, hint);
}

async function lstatOrNull(file: string): Promise<Stats | null> {
  try {
    return await lstat(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG") return null;
    throw error;
  }
}

function segmentsBelow(root: string, file: string): readonly string[] {
  return path
    .relative(root, file)
    .split(path.sep)
    .filter((name) => name !== "");
}

function describePath(root: string, real: string, stats: Stats): ProjectPath {
  return { real, relative: segmentsBelow(root, real).join("/") || ".", stats };
}

/**
 * Resolves what the model asked for below `root` (real). Walks name by name and reads links itself, so that a link's target
 * outside is refused unseen: existing or not, the answer is the same. Throws `ToolError`.
 */
export async function resolveInside(root: string, asked: string): Promise<ProjectPath> {
  const names = [...segmentsBelow(root, lexicalPath(root, asked))];
  let real = root;
  let stats = await lstat(root);
  let links = 0;
  while (names.length > 0) {
    const name = names.shift() ?? "";
    const next = path.join(real, name);
    const found = await lstatOrNull(next);
    if (found === null) {
      const siblings = await namesInside(root, describePath(root, real, stats));
      throw notFound(siblings, name, asked);
    }
    if (found.isSymbolicLink()) {
      if (++links > linksFollowedMax) throw new ToolError(`${quoted(asked)} has links that go in circles.`);
      const target = path.resolve(real, await readlink(next));
      if (!isInside(target, root)) throw refuseOutside(asked);
      names.unshift(...segmentsBelow(root, target));
      real = root;
      stats = await lstat(root);
      continue;
    }
    real = next;
    stats = found;
  }
  return describePath(root, real, stats);
}

/** Where an open file lies now, as the kernel says; null where the system has no /proc. */
async function locationOf(handle: FileHandle): Promise<string | null> {
  return readlink(`/proc/self/fd/${handle.fd}`).catch(() => null);
}

/**
 * Throws `ToolError` unless the opened file lies below `root`. A folder on the way may have been swapped for a link between the
 * resolution and the open; what counts is the file that was opened. A hard link to a file outside cannot be told from a file of
 * the project: whoever can make one in the project may read that file anyway.
 */
export async function checkOpened(handle: FileHandle, root: string, target: ProjectPath): Promise<void> {
  const location = await locationOf(handle);
  if (location !== null) {
    if (!isInside(location, root)) throw refuseOutside(target.relative);
    return;
  }
  const [opened, real] = await Promise.all([handle.stat(), realpath(target.real)]);
  const there = await stat(real);
  if (!isInside(real, root) || there.dev !== opened.dev || there.ino !== opened.ino) {
    throw refuseOutside(target.relative);
  }
}

/** A path to an opened file or folder that stays with it whatever happens to its name; without /proc, its name. */
export async function openedPath(handle: FileHandle, target: ProjectPath): Promise<string> {
  return (await locationOf(handle)) === null ? target.real : `/proc/self/fd/${handle.fd}`;
}

async function openChecked(root: string, target: ProjectPath, flags: number): Promise<FileHandle> {
  // O_NONBLOCK: a named pipe that took the file's place must not hold a thread for ever.
  const handle = await open(
    target.real,
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | flags,
  ).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ELOOP" || error.code === "ENOTDIR") throw refuseOutside(target.relative);
    throw error;
  });
  try {
    await checkOpened(handle, root, target);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Opens a regular file of the project for reading; the caller closes it. Throws `ToolError` for folders and special files. */
export async function openProjectFile(root: string, target: ProjectPath): Promise<FileHandle> {
  const name = quoted(target.relative);
  if (target.stats.isDirectory())
    throw new ToolError(`${name} is a folder.`, "Use list_dir to see what is in it.");
  if (!target.stats.isFile()) throw new ToolError(`${name} is not a regular file.`);
  const handle = await openChecked(root, target, 0);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new ToolError(`${name} is not a regular file.`);
}

/** Opens a folder of the project; the caller closes it. Throws `ToolError` for anything else. */
export async function openProjectFolder(root: string, target: ProjectPath): Promise<FileHandle> {
  const name = quoted(target.relative);
  if (target.stats.isFile()) throw new ToolError(`${name} is a file.`, "Use view_file to read it.");
  if (!target.stats.isDirectory()) throw new ToolError(`${name} is not a folder.`);
  return openChecked(root, target, constants.O_DIRECTORY);
}
