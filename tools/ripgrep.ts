// Tools: ripgrep with the options that hold for every search: no configuration, no links, nothing of what lies above the project.

import { lstat } from "node:fs/promises";
import path from "node:path";
import { rgPath } from "@vscode/ripgrep";
import type { ProjectPath } from "./project-path.ts";
import { runSearchProcess, type SearchEnd, type SearchProcess } from "./search-process.ts";
import { quoted, ToolError } from "./tool-error.ts";

const fixedArgs = [
  "--no-config",
  "--no-follow",
  // Unreadable files are passed over; the messages would name host paths.
  "--no-messages",
  "--color=never",
  // A rule above the project, such as `*` in the data folder it lies in, would silently hide all of it.
  "--no-ignore-parent",
  "--no-ignore-global",
  // An exported folder without .git still says what it ignores.
  "--no-require-git",
  // One order, so that a capped result is the same each time.
  "--sort=path",
  "--null",
];

export interface Search {
  /** The project folder, real. */
  readonly root: string;
  readonly target: ProjectPath;
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  onOutput: SearchProcess["onOutput"];
}

/** The project's own ignore files, named explicitly: with a subfolder as target they would count as "parent" and be left out. */
async function rootIgnoreArgs(search: Search): Promise<readonly string[]> {
  if (search.target.relative === ".") return [];
  const names = [".gitignore", ".ignore"];
  const found = await Promise.all(
    names.map(
      async (name) => (await lstat(path.join(search.root, name)).catch(() => null))?.isFile() ?? false,
    ),
  );
  return names.filter((_, at) => found[at]).map((name) => `--ignore-file=${name}`);
}

/** Runs ripgrep on the target. Paths come out as written in the target: `./` and the path relative to the project folder. */
export async function runRipgrep(search: Search): Promise<SearchEnd> {
  const { stats, relative } = search.target;
  if (!stats.isFile() && !stats.isDirectory()) {
    throw new ToolError(`${quoted(relative)} is neither a folder nor a regular file.`);
  }
  const ignoreArgs = await rootIgnoreArgs(search);
  // "./" and "--": a name that begins with a dash is a path and never an option.
  const args = [...fixedArgs, ...ignoreArgs, ...search.args, "--", `./${relative}`];
  return runSearchProcess({
    file: rgPath,
    args,
    cwd: search.root,
    signal: search.signal,
    onOutput: search.onOutput,
  });
}

/** A path as ripgrep wrote it, relative to the project folder. */
export function relativeOutputPath(written: string): string {
  return path.posix.normalize(written);
}
