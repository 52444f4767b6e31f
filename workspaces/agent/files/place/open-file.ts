// Opens files and folders without following a link and without blocking. Then checks what was opened, and where it is.
import type { Stats } from "node:fs";
import { constants } from "node:fs";
import { type FileHandle, open, realpath, stat } from "node:fs/promises";
import { quoted } from "../../../../core/text/quoted.ts";
import { AgentError } from "../../api.ts";
import { binaryProbeBytes } from "../file-limits.ts";
import { onCode } from "../system-fault.ts";
import type { FoundPlace } from "./confined-walk.ts";
import {
  hasDescriptorPath,
  isBelowRoot,
  isInside,
  locationOf,
  type OpenFolder,
  openFolderIn,
  pathIn,
  refuseOutside,
} from "./root.ts";

// O_NONBLOCK: a named pipe that took the file's place must not block a thread for ever.
const fileFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Something that was opened, with its path and its folder (for a folder, itself). */
interface Opened {
  readonly handle: FileHandle;
  readonly path: string | Buffer;
  readonly folder: OpenFolder;
  readonly relative: string;
}

export interface OpenedFile {
  readonly handle: FileHandle;
  /** Of the opened file, not of its name. */
  readonly stats: Stats;
}

/**
 * Throws `AgentError` unless what was opened lies below the root. A hard link to a file outside looks like any other file: but whoever can
 * create it may read that file anyway, and in a sandbox there is nothing outside to link to.
 */
async function checkOpened({ handle, path, folder, relative }: Opened): Promise<void> {
  const { root } = folder;
  const location = await locationOf(handle);
  if (location !== null) {
    if (!isInside(location, root.path)) throw refuseOutside(root, relative);
    return;
  }
  if (hasDescriptorPath(folder)) {
    if (!(await isBelowRoot(folder))) throw refuseOutside(root, relative);
    return;
  }
  const [own, real] = await Promise.all([handle.stat(), realpath(path)]);
  const there = await stat(real);
  if (!isInside(real, root.path) || there.dev !== own.dev || there.ino !== own.ino) {
    throw refuseOutside(root, relative);
  }
}

/** Checks a folder before something is written in it. */
export async function checkFolder(folder: OpenFolder, relative: string): Promise<void> {
  await checkOpened({ handle: folder.handle, path: folder.base, folder, relative });
}

/** Opens a regular file for reading; the caller closes it. Throws `AgentError` for folders and special files. */
export async function openFile(place: FoundPlace): Promise<OpenedFile> {
  refuseNoFile(place, place.stats);
  const path = pathIn(place.folder, place.name);
  // A link, a pipe or a socket may have taken its place.
  const handle = await open(path, fileFlags).catch(onCode(["ELOOP", "ENXIO"], () => refuseSwapped(place)));
  return closedOnFault(handle, async () => {
    await checkOpened({ handle, path, folder: place.folder, relative: place.relative });
    const stats = await handle.stat();
    refuseNoFile(place, stats);
    return { handle, stats };
  });
}

interface ReadRange {
  readonly offset: number;
  readonly length: number;
  readonly signal?: AbortSignal;
}

/** Bytes from `offset` on, fewer at the end of the file. Throws the signal's reason when aborted. */
export async function readRange(handle: FileHandle, range: ReadRange): Promise<Buffer> {
  const { offset, length, signal } = range;
  const buffer = Buffer.alloc(length);
  for (let filled = 0; filled < length; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
    if (bytesRead === 0) return buffer.subarray(0, filled);
    filled += bytesRead;
  }
  return buffer;
}

/** Opens a folder; the caller closes it. Throws `AgentError` for anything else. */
export async function openFolder(place: FoundPlace): Promise<OpenFolder> {
  const name = quoted(place.relative);
  if (place.stats.isFile()) {
    throw new AgentError("not_a_folder", `${name} is a file.`, "Use view_file to read it.");
  }
  if (!place.stats.isDirectory()) throw new AgentError("not_a_folder", `${name} is not a folder.`);
  const folder = await openFolderIn(place.folder, place.name).catch(
    onCode(["ELOOP", "ENOTDIR"], () => refuseSwapped(place)),
  );
  return closedOnFault(folder.handle, async () => {
    await checkFolder(folder, place.relative);
    return folder;
  });
}

/** Throws `AgentError` unless `stats` are those of a regular file. */
export function refuseNoFile(place: { readonly relative: string }, stats: Stats): void {
  const name = quoted(place.relative);
  if (stats.isDirectory()) {
    throw new AgentError("not_a_file", `${name} is a folder.`, "Use list_dir to see what is in it.");
  }
  if (!stats.isFile()) throw new AgentError("not_a_file", `${name} is not a regular file.`);
}

export function refuseSwapped({ relative }: { readonly relative: string }): never {
  throw new AgentError("io_error", `${quoted(relative)} was replaced while it was opened.`, "Try again.");
}

async function closedOnFault<T>(handle: FileHandle, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Throws `AgentError` if a file with this beginning is binary. `what` completes the message: "shown", "edited". */
export function refuseBinary(beginning: Buffer, what: string): void {
  const probe = beginning.subarray(0, binaryProbeBytes);
  if (isUtf16(probe)) {
    throw new AgentError("binary_file", `The file is UTF-16 text, which cannot be ${what}; only UTF-8 can.`);
  }
  if (probe.includes(0)) {
    throw new AgentError("binary_file", `The file is binary and cannot be ${what} as text.`);
  }
}

/** Whether a file with this beginning has the byte order mark of UTF-16. */
export function isUtf16(beginning: Buffer): boolean {
  return beginning.length >= 2 && [0xfeff, 0xfffe].includes(beginning.readUInt16BE(0));
}
