// The workspace agent runs inside the workspace. This file: ripgrep with the options that hold for every search: no configuration, no
// links, nothing of what lies above the root.
import { lstat } from "node:fs/promises";
import path from "node:path";
import { quoted } from "../../../../core/text/quoted.ts";
import { AgentError } from "../../api.ts";
import type { Root } from "../place/root.ts";
import type { FoundPlace } from "../place/walk.ts";
import { runSearchProcess, type SearchEnd, type SearchProcess } from "./search-process.ts";

const fixedArgs = [
  "--no-config",
  "--no-follow",
  // Unreadable files are passed over; the messages would name host paths.
  "--no-messages",
  "--color=never",
  // A rule above the root, such as `*` in the data folder it lies in, would silently hide all of it.
  "--no-ignore-parent",
  "--no-ignore-global",
  // An exported folder without .git still says what it ignores.
  "--no-require-git",
  // One order, so that a capped result is the same each time.
  "--sort=path",
  "--null",
];

export interface Searcher {
  readonly root: Root;
  readonly rgPath: string;
}

export interface Search {
  readonly place: FoundPlace;
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  onOutput: SearchProcess["onOutput"];
}

/** Runs ripgrep on a place. Paths come out as written there: `./` and the path relative to the root. */
export async function runRipgrep({ root, rgPath }: Searcher, search: Search): Promise<SearchEnd> {
  const { stats, relative } = search.place;
  if (!stats.isFile() && !stats.isDirectory()) {
    throw new AgentError("not_a_file", `${quoted(relative)} is neither a folder nor a regular file.`);
  }
  const ignoreArgs = await rootIgnoreArgs(root, search);
  // "./" and "--": a name that begins with a dash is a path and never an option.
  const args = [...fixedArgs, ...ignoreArgs, ...search.args, "--", `./${relative}`];
  const { signal, onOutput } = search;
  return runSearchProcess({ file: rgPath, args, cwd: root.path, signal, onOutput }).catch(
    (error: unknown) => {
      if (signal.aborted) throw error;
      throw new AgentError("internal", "The search program cannot be started.");
    },
  );
}

/** The root's own ignore files, named explicitly: with a subfolder as target they would count as "parent" and be left out. */
async function rootIgnoreArgs(root: Root, search: Search): Promise<readonly string[]> {
  if (search.place.relative === ".") return [];
  const names = [".gitignore", ".ignore"];
  const found = await Promise.all(
    names.map(async (name) => (await lstat(path.join(root.path, name)).catch(() => null))?.isFile() ?? false),
  );
  return names.filter((_, at) => found[at]).map((name) => `--ignore-file=${name}`);
}

/** A path as ripgrep wrote it, relative to the root. */
export function relativeOutputPath(written: string): string {
  return path.posix.normalize(written);
}
