// Reads a diff in git's unified format as files with their hunks.
import type { DiffHunk, DiffLine, FileDiff } from "../../../chat/tools/edit-diff.ts";

/** What happened to a file beside its lines. */
export interface ChangedFile extends FileDiff {
  readonly note: string | null;
}

/** A file that is being read. */
interface Draft {
  path: string;
  note: string | null;
  readonly hunks: { readonly lines: DiffLine[]; readonly replace_all: false }[];
  /** Lines that the hunk at hand still has, on each side: text that looks like a header is none while these last. */
  left: { removed: number; added: number };
}

const HUNK = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;

/** What is cut off at its end is read as far as it goes. */
export function parseDiff(diff: string): ChangedFile[] {
  const files: Draft[] = [];
  for (const line of diff.split("\n")) {
    const file = files.at(-1);
    if (file !== undefined && (file.left.removed > 0 || file.left.added > 0)) readLine(file, line);
    else if (line.startsWith("diff --git ")) files.push(begun(line));
    else if (file !== undefined) readHeader(file, line);
  }
  return files.map(finished);
}

function begun(line: string): Draft {
  // Both names are alike unless a header below says otherwise; the second one is what the file is called now.
  const words = line.slice("diff --git ".length);
  const middle = words.lastIndexOf(" b/");
  const path = middle === -1 ? words : words.slice(middle + 3);
  return { path: unquoted(path), note: null, hunks: [], left: { removed: 0, added: 0 } };
}

function readHeader(file: Draft, line: string): void {
  const hunk = HUNK.exec(line);
  if (hunk !== null) {
    file.left = { removed: Number(hunk[1] ?? 1), added: Number(hunk[2] ?? 1) };
    file.hunks.push({ lines: [], replace_all: false });
  } else if (line.startsWith("+++ ") && line !== "+++ /dev/null") {
    file.path = withoutPrefix(unquoted(line.slice(4)));
  } else if (line.startsWith("new file")) file.note = "New file";
  else if (line.startsWith("deleted file")) file.note = "Deleted";
  else if (line.startsWith("rename from ")) file.note = `Was called ${unquoted(line.slice(12))}`;
  else if (line.startsWith("Binary files ")) {
    file.note = file.note === null ? "Not text" : `${file.note}, not text`;
  } else if (line.startsWith("old mode ")) file.note = "Its mode was changed";
}

function readLine(file: Draft, line: string): void {
  const lines = file.hunks.at(-1)?.lines;
  if (lines === undefined) return;
  const text = line.slice(1);
  switch (line[0]) {
    case "+":
      lines.push({ type: "added", text });
      file.left.added -= 1;
      return;
    case "-":
      lines.push({ type: "removed", text });
      file.left.removed -= 1;
      return;
    case "\\":
      // "No newline at end of file" is a word about the line before.
      return;
    default:
      lines.push({ type: "same", text });
      file.left.added -= 1;
      file.left.removed -= 1;
  }
}

function finished({ path, note, hunks }: Draft): ChangedFile {
  const count = (type: DiffLine["type"]) =>
    sum(hunks, (hunk) => hunk.lines.filter((line) => line.type === type).length);
  return { path, note, hunks, added: count("added"), removed: count("removed") };
}

function sum(hunks: readonly DiffHunk[], of: (hunk: DiffHunk) => number): number {
  return hunks.reduce((total, hunk) => total + of(hunk), 0);
}

function withoutPrefix(path: string): string {
  return path.startsWith("b/") ? path.slice(2) : path;
}

/** Git puts names with odd characters into quotes, and ends names with spaces by a tab. */
function unquoted(path: string): string {
  const name = path.replace(/\t$/, "");
  if (!name.startsWith('"')) return name;
  try {
    return String(JSON.parse(name));
  } catch {
    return name;
  }
}
