// Runs ripgrep with the options of every search: no configuration, no links, nothing of what lies above the root.
import { randomUUID } from "node:crypto";
import { type FileHandle, lstat, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { quoted } from "../../../../core/text/quoted.ts";
import { AgentError } from "../../api.ts";
import type { Collector } from "../collector.ts";
import type { FoundPlace } from "../place/confined-walk.ts";
import { openFile, openFolder } from "../place/open-file.ts";
import { nameOf, systemPath } from "../place/raw-names.ts";
import { openRoot, type Root } from "../place/root.ts";
import { globRules } from "./glob-rules.ts";
import { runSearchProcess, type SearchEnd } from "./search-process.ts";

const fixedArgs = [
  "--no-config",
  "--no-follow",
  // Unreadable files are skipped. Messages about them would name paths of the host.
  "--no-messages",
  "--color=never",
  // A rule above the root, such as `*` in the data folder, would hide everything.
  "--no-ignore-parent",
  "--no-ignore-global",
  // .gitignore files count in folders without .git, too.
  "--no-require-git",
  // Sorted, so that a limited result is the same each time.
  "--sort=path",
  "--null",
];

/** A longer record is not ripgrep's output. */
const recordCharsMax = 1024 * 1024;
/** Longer paths are opened here, because ripgrep opens its target by path. */
const targetBytesMax = 4_000;

export interface Searcher {
  readonly root: Root;
  readonly rgPath: string;
  /** `searchTimeMaxMs` when absent. */
  readonly timeMaxMs?: number | undefined;
}

export interface Search {
  readonly place: FoundPlace;
  /** Only files that match are searched; null for all. */
  readonly glob: string | null;
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  /** One record of the output, sticky. Its first group is a path in Latin-1; names end at a NUL, because they may contain newlines. */
  readonly record: RegExp;
  /** Called with each path, relative to the root and encoded as in raw-names.ts, and with the record's other groups. */
  onFound(path: string, groups: readonly (string | undefined)[]): "more" | "enough";
}

/** Where ripgrep runs, and its target there. */
interface SearchBase {
  readonly cwd: string;
  readonly target: string;
  readonly pathOf: (written: Buffer) => string;
  /** What the process has as its third descriptor. */
  readonly opened: FileHandle;
  /** The searched folder as seen from `cwd`. */
  readonly below: string;
}

const inherited = "/proc/self/fd/3";
/** Something could not be read; ripgrep says what, were it not for --no-messages. */
const errorExit = 2;

/** Runs ripgrep on a place. Throws `AgentError`, also for an invalid glob. */
export async function runRipgrep(searcher: Searcher, search: Search): Promise<SearchEnd> {
  const { root, rgPath, timeMaxMs } = searcher;
  const { place, signal } = search;
  if (!place.stats.isFile() && !place.stats.isDirectory()) {
    throw new AgentError("not_a_file", `${quoted(place.relative)} is neither a folder nor a regular file.`);
  }
  const base = await openBase(place);
  const rulesFile = path.join(tmpdir(), `everturn-${randomUUID()}.ignore`);
  try {
    const glob = place.stats.isDirectory() ? search.glob : null;
    const rules = glob === null ? null : globRules(glob, base.below);
    const args = [...fixedArgs, ...(await ignoreArgs(root, base)), ...search.args];
    // --pre-glob does nothing by itself, but makes ripgrep report an invalid glob. In an ignore file it reports none.
    if (glob !== null) args.push(`--pre-glob=${glob}`);
    if (rules?.type === "without") args.push(`--glob=${rules.glob}`);
    if (rules?.type === "only") {
      await writeFile(rulesFile, `${rules.lines.join("\n")}\n`, { flag: "wx", mode: 0o600 });
      args.push(`--ignore-file=${rulesFile}`);
    }
    const end = await runSearchProcess({
      file: rgPath,
      // After "--" a name that begins with a dash is a path and not an option.
      args: [...args, "--", base.target],
      cwd: base.cwd,
      opened: base.opened.fd,
      signal,
      onOutput: recordReader(search.record, (written, groups) =>
        rules?.type === "only" && !rules.matches(written)
          ? "more"
          : search.onFound(base.pathOf(written), groups),
      ),
      timeMaxMs,
    }).catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw new AgentError("internal", "The search program cannot be started.");
    });
    refuseBadGlob(end);
    return end;
  } finally {
    await unlink(rulesFile).catch(() => undefined);
    await base.opened.close();
  }
}

/** The root, so that its ignore rules count. If ripgrep cannot be given the path, the opened place itself. */
async function openBase(place: FoundPlace): Promise<SearchBase> {
  const names = place.name === "." ? place.folder.names : [...place.folder.names, place.name];
  const at = names.join("/") || ".";
  if (typeof systemPath(at) === "string" && Buffer.byteLength(at) <= targetBytesMax) {
    const { handle, base } = await openRoot(place.folder.root);
    const pathOf = (written: Buffer) => path.posix.normalize(nameOf(written));
    return { cwd: base, target: `./${at}`, pathOf, opened: handle, below: at };
  }
  const isFile = place.stats.isFile();
  const { handle } = isFile ? await openFile(place) : await openFolder(place);
  const pathOf = (written: Buffer) => path.posix.join(at, nameOf(written).slice(inherited.length));
  return {
    cwd: "/",
    target: isFile ? inherited : `${inherited}/`,
    pathOf,
    opened: handle,
    below: inherited.slice(1),
  };
}

/** The root's own ignore files. If the target is a subfolder, --no-ignore-parent would leave them out. */
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

/** Calls `onRecord` with the path and the other groups of each record that arrives. */
function recordReader(
  record: RegExp,
  onRecord: (path: Buffer, groups: readonly (string | undefined)[]) => "more" | "enough",
) {
  let pending = "";
  return (chunk: Buffer) => {
    // In Latin-1 each byte is one character, so no byte of a name is lost.
    pending += chunk.toString("latin1");
    let used = 0;
    for (;;) {
      record.lastIndex = used;
      const [, path, ...groups] = record.exec(pending) ?? [];
      if (path === undefined) break;
      used = record.lastIndex;
      if (onRecord(Buffer.from(path, "latin1"), groups) === "enough") return "enough";
    }
    pending = pending.slice(used);
    return pending.length > recordCharsMax ? "enough" : "more";
  };
}

/**
 * Whether what was collected is all that there is, and what has to be said about it. Throws `AgentError` if the search's time
 * was over before it found anything.
 */
export function isCutOff(
  end: SearchEnd,
  { items, truncated }: Collector<unknown>,
  ownNotes: readonly (string | null)[],
): { readonly truncated: boolean; readonly note?: string } {
  if (end.reason === "timeout" && items.length === 0) {
    throw new AgentError(
      "search_timeout",
      "The search ran out of time before it had found anything: there may be matches.",
      "Search a subfolder with path, or narrow the search by glob.",
    );
  }
  const isLate = end.reason === "timeout";
  const isUnread = end.exit_code === errorExit && end.stderr === "";
  const notes = [
    ...(isLate ? ["The search ran out of time: there may be more."] : []),
    ...(isUnread ? ["Some files or folders could not be read."] : []),
    ...ownNotes.filter((note) => note !== null),
  ];
  return { truncated: truncated || isLate || isUnread, ...(notes.length > 0 && { note: notes.join(" ") }) };
}
