// The workspace agent runs inside the workspace. This file: the names in a folder, bounded and sorted.
import type { Dirent } from "node:fs";
import { opendir } from "node:fs/promises";
import { folderNamesMax } from "../file-limits.ts";

export interface FolderNames {
  readonly names: readonly string[];
  readonly entries: readonly Dirent[];
  /** Whether the folder has more names than were read. */
  readonly truncated: boolean;
}

/** Names and types in the absolute `folder`, sorted by name; at most `folderNamesMax` are read. */
export async function folderNames(folder: string): Promise<FolderNames> {
  const entries: Dirent[] = [];
  let truncated = false;
  for await (const entry of await opendir(folder)) {
    if (entries.length >= folderNamesMax) {
      truncated = true;
      break;
    }
    entries.push(entry);
  }
  // By code unit, not by locale: the same folder gives the same list on every machine.
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { names: entries.map((entry) => entry.name), entries, truncated };
}
