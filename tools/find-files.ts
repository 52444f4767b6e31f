// Tools: finds files of the project by glob, leaving out what git ignores.
import { realpath } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { createCollector } from "./collector.ts";
import { compileGlob } from "./glob.ts";
import { createPathReader } from "./output-records.ts";
import { globSchema, pathSchema } from "./path-schema.ts";
import { isInside, openProjectFolder, requireProjectRoot, resolveInside } from "./project-path.ts";
import { relativeOutputPath, runRipgrep } from "./ripgrep.ts";
import type { Tool } from "./tool.ts";
import { ToolError } from "./tool-error.ts";
import { findPathsMax, searchTimeMaxMs } from "./tool-limits.ts";

const schema = z.strictObject({
  pattern: globSchema.describe(
    'Glob, for example "*.ts" (at any depth) or "src/**/*.{ts,tsx}" (relative to path). Supports * ? [a-z] {a,b} ** and a leading !.',
  ),
  path: pathSchema
    .optional()
    .describe("Folder to search, relative to the project folder. Default: all of it."),
});

/** Whether the path is still a file below the root: a folder swapped for a link meanwhile must not tell names of outside. */
async function isStillInside(root: string, relative: string): Promise<boolean> {
  const real = await realpath(path.join(root, relative)).catch(() => null);
  return real !== null && isInside(real, root);
}

/** `find_files`: `{paths, truncated}`, sorted, relative to the project folder. */
export const findFiles: Tool<typeof schema> = {
  name: "find_files",
  description:
    `Finds files by glob and returns their paths, at most ${findPathsMax}. ` +
    "Hidden and git-ignored files are left out unless path leads into them. When truncated, use a narrower pattern or path.",
  schema,
  runs_in: "worker",
  flags: { read_only: true },
  async run(args, context) {
    const glob = compileGlob(args.pattern);
    const root = await requireProjectRoot(context.projectRoot);
    const target = await resolveInside(root, args.path ?? ".");
    await (await openProjectFolder(root, target)).close();
    const found: string[] = [];
    const reader = createPathReader((written) => {
      const relative = relativeOutputPath(written);
      if (glob.matches(path.posix.relative(target.relative, relative))) found.push(relative);
      return found.length > findPathsMax ? "enough" : "more";
    });
    const search = { root, target, args: ["--files"], signal: context.signal, onOutput: reader };
    const end = await runRipgrep(search);
    const collector = createCollector<string>(findPathsMax);
    for (const relative of found) {
      if ((await isStillInside(root, relative)) && !collector.add(relative)) break;
    }
    const isLate = end.reason === "timeout";
    if (isLate && collector.items.length === 0) {
      throw new ToolError(
        `Nothing was found within ${searchTimeMaxMs / 1000} s.`,
        "Search a subfolder with path.",
      );
    }
    const truncated = collector.truncated || isLate;
    return { result: { paths: collector.items, truncated }, is_error: false, truncated };
  },
};
