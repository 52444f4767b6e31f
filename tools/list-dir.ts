// Tools: lists one folder of the project.
import type { Dirent, Stats } from "node:fs";
import { lstat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { createCollector } from "./collector.ts";
import { folderNames } from "./folder-names.ts";
import { pathSchema } from "./path-schema.ts";
import { openedPath, openProjectFolder, requireProjectRoot, resolveInside } from "./project-path.ts";
import type { Tool } from "./tool.ts";
import { listEntriesMax } from "./tool-limits.ts";

const schema = z.strictObject({
  path: pathSchema
    .optional()
    .describe("Folder, relative to the project folder. Default: the project folder itself."),
});

type Entry = {
  readonly name: string;
  readonly type: "file" | "dir" | "symlink" | "other";
  readonly size: number | null;
};

function typeOf(entry: Dirent | Stats): Entry["type"] {
  if (entry.isSymbolicLink()) return "symlink";
  if (entry.isDirectory()) return "dir";
  return entry.isFile() ? "file" : "other";
}

async function describeEntry(folder: string, entry: Dirent): Promise<Entry> {
  // lstat: a link is shown as a link, and its target is not touched. A file gone meanwhile keeps the type it was listed with.
  const stats = await lstat(path.join(folder, entry.name)).catch(() => null);
  const type = typeOf(stats ?? entry);
  return { name: entry.name, type, size: type === "file" && stats !== null ? stats.size : null };
}

/** `list_dir`: `{path, entries: [{name, type, size}], truncated}`, sorted by name, hidden ones too; `size` in bytes, of files. */
export const listDir: Tool<typeof schema> = {
  name: "list_dir",
  description:
    `Lists the files and folders directly in a folder, hidden ones too: name, type (file, dir, symlink, other) and size in bytes. ` +
    `At most ${listEntriesMax} entries; when truncated, use find_files with a pattern.`,
  schema,
  runs_in: "worker",
  flags: { read_only: true },
  async run(args, context) {
    const root = await requireProjectRoot(context.projectRoot);
    const target = await resolveInside(root, args.path ?? ".");
    const handle = await openProjectFolder(root, target);
    try {
      const folder = await openedPath(handle, target);
      const listed = await folderNames(folder);
      const collector = createCollector<Entry>(listEntriesMax);
      for (const entry of listed.entries) {
        context.signal.throwIfAborted();
        if (!collector.add(await describeEntry(folder, entry))) break;
      }
      const truncated = collector.truncated || listed.truncated;
      return {
        result: { path: target.relative, entries: collector.items, truncated },
        is_error: false,
        truncated,
      };
    } finally {
      await handle.close();
    }
  },
};
