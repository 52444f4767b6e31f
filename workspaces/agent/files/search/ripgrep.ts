// Runs ripgrep with the options of every search: no configuration, no links, nothing of what lies above the root.
import { randomUUID } from "node:crypto";
import { type FileHandle, lstat, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { quoted } from "../../../../core/text/quoted.ts";
import { AgentError } from "../../api.ts";
import { openFile, openFolder } from "../place/open-file.ts";
import { nameOf, systemPath } from "../place/raw-names.ts";
import { openRoot, type Root } from "../place/root.ts";
import type { FoundPlace } from "../place/walk.ts";
import { globRules } from "./glob-rules.ts";
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

/** ripgrep is told a path by its names; it takes none longer than the kernel's. */
const targetBytesMax = 4_000;

export interface Searcher {
  readonly root: Root;
  readonly rgPath: string;
  /** `searchTimeMaxMs` when absent. */
  readonly timeMaxMs?: number | undefined;
}

/** The path, relative to the root and as in raw-names.ts, that ripgrep wrote so. */
export type PathOf = (written: Buffer) => string;

export interface Search {
  readonly place: FoundPlace;
  /** Only files that it means; null: all. */
  readonly glob: string | null;
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  /** Makes what reads the output as it comes. */
  readonly reader: (pathOf: PathOf) => SearchProcess["onOutput"];
}

/** Where ripgrep runs, and what it is told to search from there. */
interface SearchBase {
  readonly cwd: string;
  readonly target: string;
  readonly pathOf: PathOf;
  /** What the process has as its third descriptor. */
  readonly opened: FileHandle;
  /** The searched folder as seen from `cwd`. */
  readonly below: string;
}

const inherited = "/proc/self/fd/3";

/** Runs ripgrep on a place. Throws `AgentError`, also for a glob that is none. */
export async function runRipgrep(searcher: Searcher, search: Search): Promise<SearchEnd> {
  const { root, rgPath, timeMaxMs } = searcher;
  const { place, signal } = search;
  if (!place.stats.isFile() && !place.stats.isDirectory()) {
    throw new AgentError("not_a_file", `${quoted(place.relative)} is neither a folder nor a regular file.`);
  }
  const base = await openBase(root, place);
  const rules = path.join(tmpdir(), `everturn-${randomUUID()}.ignore`);
  try {
    const args = [...fixedArgs, ...(await ignoreArgs(root, base)), ...search.args];
    if (search.glob !== null && place.stats.isDirectory()) {
      const lines = globRules(search.glob, base.below);
      await writeFile(rules, `${lines.join("\n")}\n`, { flag: "wx", mode: 0o600 });
      // The second option means nothing by itself; ripgrep says what is wrong with its glob, and not with one in a file.
      args.push(`--ignore-file=${rules}`, `--pre-glob=${search.glob}`);
    }
    const end = await runSearchProcess({
      file: rgPath,
      // "--": a name that begins with a dash is a path and never an option.
      args: [...args, "--", base.target],
      cwd: base.cwd,
      opened: base.opened.fd,
      signal,
      onOutput: search.reader(base.pathOf),
      ...(timeMaxMs !== undefined && { timeMaxMs }),
    }).catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw new AgentError("internal", "The search program cannot be started.");
    });
    refuseBadGlob(end);
    return end;
  } finally {
    await unlink(rules).catch(() => undefined);
    await base.opened.close();
  }
}

/** From the root, whose own rules then count; where the path cannot be told to ripgrep, from the place itself, held open. */
async function openBase(root: Root, place: FoundPlace): Promise<SearchBase> {
  const names = place.name === "." ? place.folder.names : [...place.folder.names, place.name];
  const at = names.join("/") || ".";
  if (typeof systemPath(at) === "string" && Buffer.byteLength(at) <= targetBytesMax) {
    const { handle, base } = await openRoot(root);
    const pathOf = (written: Buffer) => path.posix.normalize(nameOf(written));
    return { cwd: base, target: `./${at}`, pathOf, opened: handle, below: at };
  }
  const isFile = place.stats.isFile();
  const { handle } = isFile ? await openFile(root, place) : await openFolder(root, place);
  const pathOf = (written: Buffer) => path.posix.join(at, nameOf(written).slice(inherited.length));
  return {
    cwd: "/",
    target: isFile ? inherited : `${inherited}/`,
    pathOf,
    opened: handle,
    below: inherited.slice(1),
  };
}

/** The root's own ignore files, named explicitly: with a subfolder as target they would count as "parent" and be left out. */
async function ignoreArgs(root: Root, base: SearchBase): Promise<readonly string[]> {
  if (base.cwd === "/" || base.below === ".") return [];
  const names = [".gitignore", ".ignore"];
  const found = await Promise.all(
    names.map(async (name) => (await lstat(path.join(root.path, name)).catch(() => null))?.isFile() ?? false),
  );
  return names.filter((_, at) => found[at]).map((name) => `--ignore-file=${name}`);
}

function refuseBadGlob({ stderr }: SearchEnd): void {
  const [, fault] = /^rg: error parsing glob .*?': (.*)/s.exec(stderr) ?? [];
  if (fault === undefined) return;
  const hint = "A backslash before a character means it literally.";
  throw new AgentError("bad_pattern", `The glob cannot be used: ${fault.trim()}.`, hint);
}

/** What a result says of a search that ran out of time. Throws `AgentError` when there is nothing else to say. */
export function timeNote(end: SearchEnd, found: number): string | null {
  if (end.reason !== "timeout") return null;
  if (found > 0) return "The search ran out of time: there may be more.";
  throw new AgentError(
    "search_timeout",
    "The search ran out of time before it had found anything: there may be matches.",
    "Search a subfolder with path, or narrow the search by glob.",
  );
}
