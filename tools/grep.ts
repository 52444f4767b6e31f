// Tools: searches the text of the project's files with ripgrep.
import path from "node:path";
import { z } from "zod";
import { createCollector } from "./collector.ts";
import { compileGlob, type Glob } from "./glob.ts";
import { readMatches } from "./match-text.ts";
import { createMatchReader, type MatchPlace } from "./output-records.ts";
import { globSchema, pathSchema, patternSchema } from "./path-schema.ts";
import { type ProjectPath, requireProjectRoot, resolveInside } from "./project-path.ts";
import { relativeOutputPath, runRipgrep } from "./ripgrep.ts";
import type { SearchEnd } from "./search-process.ts";
import type { Tool } from "./tool.ts";
import { ToolError } from "./tool-error.ts";
import { grepMatchesMax, searchTimeMaxMs } from "./tool-limits.ts";

const schema = z.strictObject({
  pattern: patternSchema.describe(
    "Regular expression in Rust's syntax, matched within single lines; no look-around.",
  ),
  path: pathSchema
    .optional()
    .describe("File or folder to search, relative to the project folder. Default: all of it."),
  glob: globSchema
    .optional()
    .describe('Only files that match, for example "*.ts" or "src/**/*.ts" (relative to path).'),
  ignore_case: z.boolean().optional().describe("Default false."),
});

type Match = { readonly path: string; readonly line: number; readonly text: string };

/**
 * Tells ripgrep the file names that can match, where the glob's last segment is simple enough to mean the same to it. A hidden
 * name is not: naming a type would show ripgrep's hidden files.
 */
function nameArgs(glob: Glob | null): readonly string[] {
  if (glob === null || glob.negated || !glob.names.every((name) => /^[\w@+*?-][\w.@+*?-]*$/.test(name)))
    return [];
  if (glob.names.includes("**")) return [];
  return [...glob.names.map((name) => `--type-add=picked:${name}`), "--type=picked"];
}

function searchArgs(pattern: string, ignoreCase: boolean, glob: Glob | null): readonly string[] {
  return [
    "--line-number",
    "--column",
    "--byte-offset",
    "--with-filename",
    "--no-heading",
    // Lines are read from the files themselves; a minified one would come as megabytes.
    "--max-columns=1",
    // Offsets are to be those of the bytes in the file.
    "--encoding=none",
    "--crlf",
    // A pattern from a model must not take the worker's memory.
    "--regex-size-limit=10M",
    ignoreCase ? "--ignore-case" : "--case-sensitive",
    ...nameArgs(glob),
    `--regexp=${pattern}`,
  ];
}

function checkEnd(end: SearchEnd): void {
  if (end.reason !== "exit" || end.exit_code !== 2 || end.stderr === "") return;
  const fault = end.stderr.replace(/^rg: /, "").split("\n\nConsider")[0]?.trim() ?? "";
  throw new ToolError(
    `The pattern cannot be used: ${fault}`,
    "Rust regex syntax, one line at a time. Escape ( ) [ ] { } . * + ? | \\ with a backslash to mean them literally.",
  );
}

async function findPlaces(
  search: { root: string; target: ProjectPath; signal: AbortSignal },
  args: z.output<typeof schema>,
): Promise<{ places: readonly MatchPlace[]; end: SearchEnd }> {
  // A file named by path is what is searched, whatever the glob says.
  const glob = args.glob !== undefined && search.target.stats.isDirectory() ? compileGlob(args.glob) : null;
  const places: MatchPlace[] = [];
  const onOutput = createMatchReader((place) => {
    const relative = relativeOutputPath(place.path);
    if (glob?.matches(path.posix.relative(search.target.relative, relative)) ?? true) {
      places.push({ ...place, path: relative });
    }
    return places.length > grepMatchesMax ? "enough" : "more";
  });
  const end = await runRipgrep({
    ...search,
    args: searchArgs(args.pattern, args.ignore_case ?? false, glob),
    onOutput,
  });
  return { places, end };
}

/** `grep`: `{matches: [{path, line, text}], truncated}`, sorted by path and line. */
export const grep: Tool<typeof schema> = {
  name: "grep",
  description:
    `Searches file contents by regular expression: matching lines with path and line number, at most ${grepMatchesMax}. ` +
    "Hidden, git-ignored and binary files are left out unless path leads to them. When truncated, narrow it by path, glob or a longer pattern.",
  schema,
  runs_in: "worker",
  flags: { read_only: true },
  async run(args, context) {
    const root = await requireProjectRoot(context.projectRoot);
    const target = await resolveInside(root, args.path ?? ".");
    const { places, end } = await findPlaces({ root, target, signal: context.signal }, args);
    checkEnd(end);
    const collector = createCollector<Match>(grepMatchesMax);
    await readMatches(root, places, ({ path, line }, text) => collector.add({ path, line, text }));
    const isLate = end.reason === "timeout";
    if (isLate && collector.items.length === 0) {
      throw new ToolError(
        `Nothing was found within ${searchTimeMaxMs / 1000} s.`,
        "Narrow the search by path or glob.",
      );
    }
    const truncated = collector.truncated || isLate;
    return { result: { matches: collector.items, truncated }, is_error: false, truncated };
  },
};
