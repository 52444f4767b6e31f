// Puts the operations on files together. The worker uses the read-only half for project folders.
import type { FileChanges, FileEdits, FileViews } from "../api.ts";
import type { DiskLimit } from "../disk-limit.ts";
import { editFiles, MadeEdits } from "./edit/edit-files.ts";
import { listFolder } from "./read/list-folder.ts";
import { readBytes, statFile } from "./read/read-bytes.ts";
import { readLines } from "./read/read-lines.ts";
import { findPaths } from "./search/find-paths.ts";
import { grepFiles } from "./search/grep-files.ts";
import { inOwnWords } from "./system-fault.ts";
import { writeFile } from "./write/write-file.ts";

export interface FilesPlace {
  /** Absolute, without links. If it is a link later, it was replaced, and is refused. */
  readonly root: string;
  /** The ripgrep program. */
  readonly rgPath: string;
  /** What errors call the root; "workspace" when absent. */
  readonly placeName?: string;
  /** Of one search; `searchTimeMaxMs` when absent. */
  readonly searchMs?: number;
  /** The workspace's limit; absent: there is none but the disk's own. */
  readonly disk?: Pick<DiskLimit, "write">;
}

/** Reads files below the root. Holds nothing open between calls. */
export function createFileViews(place: FilesPlace): FileViews {
  const root = rootOf(place);
  const search = { root, rgPath: place.rgPath, timeMaxMs: place.searchMs };
  return {
    readLines: (args, signal) => inOwnWords(() => readLines(root, args, signal)),
    listDir: (args, signal) => inOwnWords(() => listFolder(root, args, signal)),
    grep: (args, signal) => inOwnWords(() => grepFiles(search, args, signal)),
    findFiles: (args, signal) => inOwnWords(() => findPaths(search, args, signal)),
    stat: (args) => inOwnWords(() => statFile(root, args)),
    readBytes: (args, signal) => inOwnWords(() => readBytes(root, args, signal)),
  };
}

/** Reads and changes files below the root. The caller makes effects unique by their keys (effects.ts). */
export function createFiles(place: FilesPlace): FileViews & FileChanges {
  return { ...createFileViews(place), ...createFileChanges(place) };
}

/**
 * Writes and edits run one after the other: of two parallel edits of one file, one would undo the other. Changes by commands in the workspace are
 * noticed before a file is replaced.
 */
function createFileChanges(place: FilesPlace): FileChanges {
  const root = rootOf(place);
  const made = new MadeEdits();
  const write = <T>(bytes: number, effect: () => Promise<T>) =>
    place.disk === undefined ? effect() : place.disk.write(bytes, effect);
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(signal: AbortSignal, change: () => Promise<T>): Promise<T> => {
    const turn = last.then(() => {
      signal.throwIfAborted();
      return inOwnWords(change);
    });
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    writeFile: (args, signal) =>
      inTurn(signal, () => write(Buffer.byteLength(args.content), () => writeFile(root, args, signal))),
    writeBytes: ({ path, bytes }, signal) =>
      inTurn(signal, () => write(bytes.length, () => writeFile(root, { path, content: bytes }, signal))),
    editFiles: ({ files, refuse_links }, signal) =>
      inTurn(signal, () =>
        write(growthOf(files), () => editFiles({ root, made, refuse_links }, files, signal)),
      ),
  };
}

/** Bytes that edits add, were each made once. */
function growthOf(files: readonly FileEdits[]): number {
  const edits = files.flatMap((file) => file.edits);
  const growths = edits.map(({ search, replace }) => Buffer.byteLength(replace) - Buffer.byteLength(search));
  return Math.max(
    0,
    growths.reduce((sum, growth) => sum + growth, 0),
  );
}

function rootOf(place: FilesPlace) {
  return { path: place.root, placeName: place.placeName ?? "workspace" };
}
