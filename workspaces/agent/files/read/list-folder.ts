// Lists one folder.
import type { Dirent, Stats } from "node:fs";
import { lstat } from "node:fs/promises";
import type { EntryType, FolderEntry, FolderView } from "../../api.ts";
import { createCollector } from "../collector.ts";
import { listEntriesMax } from "../file-limits.ts";
import { withFound } from "../place/confined-walk.ts";
import { folderNames } from "../place/folder-names.ts";
import { openFolder } from "../place/open-file.ts";
import { namesNote, shownName } from "../place/raw-names.ts";
import { type OpenFolder, pathIn, type Root } from "../place/root.ts";

/** The folder's entries, sorted by name, hidden ones too. Throws `AgentError`. */
export async function listFolder(
  root: Root,
  args: { readonly path?: string },
  signal: AbortSignal,
): Promise<FolderView> {
  return withFound(root, args.path ?? ".", async (place) => {
    const folder = await openFolder(place);
    try {
      const listed = await folderNames(folder.base);
      const collector = createCollector<FolderEntry>(listEntriesMax);
      for (const name of listed.names) {
        signal.throwIfAborted();
        if (!collector.add(await describeEntry(folder, name, listed.types.get(name)))) break;
      }
      const truncated = collector.truncated || listed.truncated;
      const note = namesNote(listed.names);
      return { path: place.relative, entries: collector.items, truncated, ...(note !== null && { note }) };
    } finally {
      await folder.handle.close();
    }
  });
}

async function describeEntry(folder: OpenFolder, name: string, listed?: Dirent): Promise<FolderEntry> {
  // lstat, so that a link is shown as a link. A file that is gone meanwhile keeps the type from the listing.
  const stats = await lstat(pathIn(folder, name)).catch(() => null);
  const seen = stats ?? listed;
  const type = seen === undefined ? "other" : entryType(seen);
  return { name: shownName(name), type, size: type === "file" && stats !== null ? stats.size : null };
}

export function entryType(entry: Dirent | Stats): EntryType {
  if (entry.isSymbolicLink()) return "symlink";
  if (entry.isDirectory()) return "dir";
  return entry.isFile() ? "file" : "other";
}
