// The workspace agent runs inside the workspace. This file: finds files by glob, leaving out what git ignores.
import { realpath } from "node:fs/promises";
import path from "node:path";
import { AgentError, type PathsView } from "../../api.ts";
import { createCollector } from "../collector.ts";
import { findPathsMax, searchTimeMaxMs } from "../file-limits.ts";
import { openFolder } from "../place/open-file.ts";
import { isInside } from "../place/root.ts";
import { withFound } from "../place/walk.ts";
import { compileGlob } from "./glob.ts";
import { createPathReader } from "./output-records.ts";
import { relativeOutputPath, runRipgrep, type Searcher } from "./ripgrep.ts";

/** Paths relative to the root, sorted. Throws `AgentError`. */
export async function findPaths(
  searcher: Searcher,
  args: { readonly pattern: string; readonly path?: string },
  signal: AbortSignal,
): Promise<PathsView> {
  const glob = compileGlob(args.pattern);
  const { root } = searcher;
  return withFound(root, args.path ?? ".", async (place) => {
    await (await openFolder(root, place)).handle.close();
    const found: string[] = [];
    const onOutput = createPathReader((written) => {
      const relative = relativeOutputPath(written);
      if (glob.matches(path.posix.relative(place.relative, relative))) found.push(relative);
      return found.length > findPathsMax ? "enough" : "more";
    });
    const end = await runRipgrep(searcher, { place, args: ["--files"], signal, onOutput });
    const collector = createCollector<string>(findPathsMax);
    for (const relative of found) {
      if ((await isStillInside(root.path, relative)) && !collector.add(relative)) break;
    }
    const isLate = end.reason === "timeout";
    if (isLate && collector.items.length === 0) throw nothingInTime();
    return { paths: collector.items, truncated: collector.truncated || isLate };
  });
}

/** Whether the path is still a file below the root: a folder swapped for a link meanwhile must not tell names of outside. */
async function isStillInside(root: string, relative: string): Promise<boolean> {
  const real = await realpath(path.join(root, relative)).catch(() => null);
  return real !== null && isInside(real, root);
}

function nothingInTime(): AgentError {
  const message = `Nothing was found within ${searchTimeMaxMs / 1000} s.`;
  return new AgentError("search_timeout", message, "Search a subfolder with path.");
}
