// The workspace agent runs inside the workspace. This file: searches the text of its files with ripgrep.
import path from "node:path";
import { AgentError, type FileViews, type GrepView } from "../../api.ts";
import { createCollector } from "../collector.ts";
import { grepMatchesMax, searchTimeMaxMs } from "../file-limits.ts";
import { type FoundPlace, withFound } from "../place/walk.ts";
import { compileGlob, type Glob } from "./glob.ts";
import { readMatches } from "./match-text.ts";
import { createMatchReader, type MatchPlace } from "./output-records.ts";
import { relativeOutputPath, runRipgrep, type Searcher } from "./ripgrep.ts";
import type { SearchEnd } from "./search-process.ts";

type GrepArgs = Parameters<FileViews["grep"]>[0];

/** Matching lines, sorted by path and line. Throws `AgentError`. */
export async function grepFiles(searcher: Searcher, args: GrepArgs, signal: AbortSignal): Promise<GrepView> {
  return withFound(searcher.root, args.path ?? ".", async (place) => {
    const { places, end } = await findMatches(searcher, { args, place, signal });
    checkEnd(end);
    const collector = createCollector<GrepView["matches"][number]>(grepMatchesMax);
    await readMatches(searcher.root, places, (match, text) =>
      collector.add({ path: match.path, line: match.line, text }),
    );
    const isLate = end.reason === "timeout";
    if (isLate && collector.items.length === 0) throw nothingInTime();
    return { matches: collector.items, truncated: collector.truncated || isLate };
  });
}

async function findMatches(
  searcher: Searcher,
  search: { readonly args: GrepArgs; readonly place: FoundPlace; readonly signal: AbortSignal },
): Promise<{ places: readonly MatchPlace[]; end: SearchEnd }> {
  const { args, place, signal } = search;
  // A file named by path is what is searched, whatever the glob says.
  const glob = args.glob !== undefined && place.stats.isDirectory() ? compileGlob(args.glob) : null;
  const places: MatchPlace[] = [];
  const onOutput = createMatchReader((match) => {
    const relative = relativeOutputPath(match.path);
    if (glob?.matches(path.posix.relative(place.relative, relative)) ?? true) {
      places.push({ ...match, path: relative });
    }
    return places.length > grepMatchesMax ? "enough" : "more";
  });
  const end = await runRipgrep(searcher, { place, args: searchArgs(args, glob), signal, onOutput });
  return { places, end };
}

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

function searchArgs(args: GrepArgs, glob: Glob | null): readonly string[] {
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
    // A pattern from a model must not take all the memory.
    "--regex-size-limit=10M",
    args.ignore_case === true ? "--ignore-case" : "--case-sensitive",
    ...nameArgs(glob),
    `--regexp=${args.pattern}`,
  ];
}

function checkEnd(end: SearchEnd): void {
  if (end.reason !== "exit" || end.exit_code !== 2 || end.stderr === "") return;
  const fault = end.stderr.replace(/^rg: /, "").split("\n\nConsider")[0]?.trim() ?? "";
  throw new AgentError(
    "bad_pattern",
    `The pattern cannot be used: ${fault}`,
    "Rust regex syntax, one line at a time. Escape ( ) [ ] { } . * + ? | \\ with a backslash to mean them literally.",
  );
}

function nothingInTime(): AgentError {
  const message = `Nothing was found within ${searchTimeMaxMs / 1000} s.`;
  return new AgentError("search_timeout", message, "Narrow the search by path or glob.");
}
