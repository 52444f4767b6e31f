// Finds files by glob, leaving out what git ignores.
import { realpath } from "node:fs/promises";
import path from "node:path";
import type { PathsView } from "../../api.ts";
import { createCollector } from "../collector.ts";
import { findPathsMax } from "../file-limits.ts";
import { withFound } from "../place/confined-walk.ts";
import { openFolder } from "../place/open-file.ts";
import { namesNote, shownName, systemPath } from "../place/raw-names.ts";
import { isInside, type Root } from "../place/root.ts";
import { isCutOff, runRipgrep, type Searcher } from "./ripgrep.ts";

/** Paths relative to the root, sorted. Throws `AgentError`. */
export async function findPaths(
  searcher: Searcher,
  args: { readonly pattern: string; readonly path?: string },
  signal: AbortSignal,
): Promise<PathsView> {
  const { root } = searcher;
  return withFound(root, args.path ?? ".", async (place) => {
    await (await openFolder(place)).handle.close();
    const found: string[] = [];
    const end = await runRipgrep(searcher, {
      place,
      glob: args.pattern,
      args: ["--files"],
      signal,
      record: /([^\0]*)\0/y,
      onFound: (relative) => (found.push(relative) > findPathsMax ? "enough" : "more"),
    });
    const collector = createCollector<string>(findPathsMax);
    for (const relative of found) {
      if ((await isStillInside(root, relative)) && !collector.add(shownName(relative))) break;
    }
    return { paths: collector.items, ...isCutOff(end, collector, [namesNote(found)]) };
  });
}

/** Whether the path is still a file below the root: a folder swapped for a link meanwhile must not tell names of outside. */
async function isStillInside(root: Root, relative: string): Promise<boolean> {
  const real = await realpath(systemPath(path.join(root.path, relative))).catch(() => null);
  if (real !== null) return isInside(real, root.path);
  // The file is gone, or its path is too long for the system.
  return withFound(root, relative, () => Promise.resolve(true)).catch(() => false);
}
