// The changes that a call of `edit_files` or `write_file` makes, as lines of a diff.
import type { JsonObject, JsonValue } from "../../../../core/part/part.ts";
import { field } from "./call-words.ts";

export interface DiffLine {
  readonly type: "same" | "removed" | "added";
  readonly text: string;
}
/** One replacement; its lines are only those that the call names, so they have no numbers. */
export interface DiffHunk {
  readonly lines: readonly DiffLine[];
  readonly replace_all: boolean;
}
export interface FileDiff {
  readonly path: string;
  readonly hunks: readonly DiffHunk[];
  readonly added: number;
  readonly removed: number;
}

/** @param diffLines the diff of two texts, by lines: `diffLines` of the package `diff` */
export type LineDiff = (
  before: string,
  after: string,
) => readonly { readonly value: string; readonly added?: boolean; readonly removed?: boolean }[];

export function diffsOfCall(tool: string, args: JsonObject, diffLines: LineDiff): readonly FileDiff[] {
  if (tool === "write_file") return [writtenFile(args)];
  const files = Array.isArray(args["files"]) ? args["files"] : [];
  return files.map((file: JsonValue) => {
    const edits = field(file, "edits");
    const hunks = (Array.isArray(edits) ? edits : []).map((edit: JsonValue) => hunkOf(edit, diffLines));
    return counted(text(field(file, "path")), hunks);
  });
}

function writtenFile(args: JsonObject): FileDiff {
  const lines = linesOf(text(args["content"])).map((line): DiffLine => ({ type: "added", text: line }));
  return counted(text(args["path"]), [{ lines, replace_all: false }]);
}

function hunkOf(edit: JsonValue, diffLines: LineDiff): DiffHunk {
  const pieces = diffLines(ended(text(field(edit, "search"))), ended(text(field(edit, "replace"))));
  const lines = pieces.flatMap(({ value, added, removed }) => {
    const type = added === true ? "added" : removed === true ? "removed" : "same";
    return linesOf(value).map((line): DiffLine => ({ type, text: line }));
  });
  return { lines, replace_all: field(edit, "replace_all") === true };
}

/** Both texts end alike, so that a missing line end is not shown as a change. */
function ended(piece: string): string {
  return piece === "" || piece.endsWith("\n") ? piece : `${piece}\n`;
}

function counted(path: string, hunks: readonly DiffHunk[]): FileDiff {
  const lines = hunks.flatMap((hunk) => hunk.lines);
  const count = (type: DiffLine["type"]): number => lines.filter((line) => line.type === type).length;
  return { path, hunks, added: count("added"), removed: count("removed") };
}

function linesOf(value: string): readonly string[] {
  if (value === "") return [];
  return (value.endsWith("\n") ? value.slice(0, -1) : value).split("\n");
}

/** Pairs of lines that stand side by side. */
export interface SideRow {
  readonly left: DiffLine | null;
  readonly right: DiffLine | null;
}

export function sideBySide(lines: readonly DiffLine[]): readonly SideRow[] {
  const rows: SideRow[] = [];
  let removed: DiffLine[] = [];
  let added: DiffLine[] = [];
  const flush = (): void => {
    const count = Math.max(removed.length, added.length);
    for (let at = 0; at < count; at += 1) rows.push({ left: removed[at] ?? null, right: added[at] ?? null });
    removed = [];
    added = [];
  };
  for (const line of lines) {
    if (line.type === "removed") removed.push(line);
    else if (line.type === "added") added.push(line);
    else {
      flush();
      rows.push({ left: line, right: line });
    }
  }
  flush();
  return rows;
}

function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}
