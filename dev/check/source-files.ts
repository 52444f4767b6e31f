// Which files of a tree are ours to judge; every check that counts files counts against this list.
import { globSync } from "node:fs";
import { sep } from "node:path";

/** Installed, generated and stored folders: never judged. */
export const foreignFolders: ReadonlySet<string> = new Set([
  "node_modules",
  ".data",
  ".cache",
  "dist",
  ".git",
]);

/** Paths below `root` that match `pattern`, with forward slashes, sorted; foreign folders excluded. */
export function listFiles(root: string, pattern: string): string[] {
  return globSync(pattern, {
    cwd: root,
    withFileTypes: true,
    // Called with each entry: skipping the folder itself keeps the walk out of it.
    exclude: (entry) => foreignFolders.has(entry.name),
  })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}${sep}${entry.name}`.slice(root.length + 1).replaceAll(sep, "/"))
    .sort();
}
