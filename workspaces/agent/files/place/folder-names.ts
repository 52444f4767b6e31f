// The names in a folder, bounded and sorted.
import type { Dirent } from "node:fs";
import { opendir } from "node:fs/promises";
import { folderNamesMax } from "../file-limits.ts";
import { nameOf } from "./raw-names.ts";

export interface FolderNames {
  /** Encoded as in raw-names.ts. */
  readonly names: readonly string[];
  /** The type of each name as it was listed. */
  readonly types: ReadonlyMap<string, Dirent>;
  /** Whether the folder has more names than were read. */
  readonly truncated: boolean;
}

/** Names and types in the absolute `folder`, sorted by name; at most `folderNamesMax` are read. */
export async function folderNames(folder: string): Promise<FolderNames> {
  const types = new Map<string, Dirent>();
  let truncated = false;
  // In Latin-1 each byte is one character, so no byte of a name is lost.
  for await (const entry of await opendir(folder, { encoding: "latin1" })) {
    if (types.size >= folderNamesMax) {
      truncated = true;
      break;
    }
    types.set(nameOf(Buffer.from(entry.name, "latin1")), entry);
  }
  // Sorted by code unit, not by locale, so that a folder gives the same list on every machine.
  return { names: [...types.keys()].toSorted(), types, truncated };
}
