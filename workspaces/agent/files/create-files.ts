// The workspace agent runs inside the workspace. This file: its files and its search, put together. The worker takes the
// read-only half for project folders.
import type { FileChanges, FileViews } from "../api.ts";
import { createFileChanges } from "./edit/create-file-changes.ts";
import { listFolder } from "./read/list-folder.ts";
import { readLines } from "./read/read-lines.ts";
import { findPaths } from "./search/find-paths.ts";
import { grepFiles } from "./search/grep-files.ts";
import { inOwnWords } from "./system-fault.ts";

export interface FilesPlace {
  /** Absolute, without links: what is there later and is a link has been put there, and is refused. */
  readonly root: string;
  /** The ripgrep program. */
  readonly rgPath: string;
  /** What errors call the root; "workspace" when absent. */
  readonly placeName?: string;
}

/** Looks at files below the root. Everything is read anew at each call; nothing is held open in between. */
export function createFileViews(place: FilesPlace): FileViews {
  const root = rootOf(place);
  const search = { root, rgPath: place.rgPath };
  return {
    readLines: (args, signal) => inOwnWords(() => readLines(root, args, signal)),
    listDir: (args, signal) => inOwnWords(() => listFolder(root, args, signal)),
    grep: (args, signal) => inOwnWords(() => grepFiles(search, args, signal)),
    findFiles: (args, signal) => inOwnWords(() => findPaths(search, args, signal)),
  };
}

/** Looks at and changes files below the root; keys are the caller's business (the agent's journal). */
export function createFiles(place: FilesPlace): FileViews & FileChanges {
  return { ...createFileViews(place), ...createFileChanges(rootOf(place)) };
}

function rootOf(place: FilesPlace) {
  return { path: place.root, placeName: place.placeName ?? "workspace" };
}
