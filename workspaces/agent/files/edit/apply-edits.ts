// Exact replacements in one text, and errors that help if one does not match. Texts are bytes read as Latin-1 characters, so bytes that are
// not UTF-8 stay as they are. Pure.
import { quoted } from "../../../../core/text/quoted.ts";
import { AgentError, type FileEdits } from "../../api.ts";
import { editFileBytesMax, matchLinesNamedMax } from "../file-limits.ts";
import { nameOf } from "../place/raw-names.ts";
import {
  type FoldedText,
  foldLineEndings,
  type LineEnding,
  lineEndingOf,
  unfoldOffset,
  withLineEnding,
} from "./line-endings.ts";
import { describeNearest } from "./nearest-text.ts";

export type Edit = FileEdits["edits"][number];

export interface EditedText {
  readonly text: string;
  readonly replacements: number;
}

/** One edit with what its errors need. */
interface EditStep {
  readonly edit: Edit;
  /** Number of the edit in its file, from 1. */
  readonly number: number;
  readonly path: string;
  /** The text before the first edit. */
  readonly original: string;
  /** Whether this very edit was made in this file by an earlier call. */
  wasMade(edit: Edit): boolean;
}

/** The UTF-8 bytes of a text, each as one character. */
export function bytesAsText(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** Applies the edits in order, each to the result of the one before. Throws `AgentError` at the first edit that does not match. */
export function applyEdits(
  original: string,
  { path, edits }: FileEdits,
  wasMade: (edit: Edit) => boolean,
): EditedText {
  let edited: EditedText = { text: original, replacements: 0 };
  for (const [at, edit] of edits.entries()) {
    const step = { edit, number: at + 1, path, original, wasMade };
    const { text, replacements } = applyEdit(edited.text, step);
    edited = { text, replacements: edited.replacements + replacements };
  }
  return edited;
}

function applyEdit(raw: string, step: EditStep): EditedText {
  const { edit } = step;
  if (edit.search === "") throw emptySearch(step);
  const folded = foldLineEndings(raw);
  const search = foldLineEndings(bytesAsText(edit.search)).text;
  const isForAll = edit.replace_all === true;
  // If one place is meant, overlapping matches count, too: which of them is meant is unknown.
  const found = offsetsOf(folded.text, search, isForAll ? search.length : 1);
  if (found.length === 0) throw noMatch(folded, search, step);
  if (found.length > 1 && !isForAll) throw ambiguous(folded.text, found, step);
  return replaceAt({ raw, folded, length: search.length }, found, step);
}

function offsetsOf(text: string, search: string, stride: number): readonly number[] {
  const offsets: number[] = [];
  for (let at = text.indexOf(search); at >= 0; at = text.indexOf(search, at + stride)) offsets.push(at);
  return offsets;
}

function replaceAt(
  source: { readonly raw: string; readonly folded: FoldedText; readonly length: number },
  offsets: readonly number[],
  step: EditStep,
): EditedText {
  const { raw, folded, length } = source;
  const replace = bytesAsText(step.edit.replace);
  const ending = lineEndingOf(raw);
  // Converted line ends can make a replacement longer, so the size is checked before the text is built.
  checkSize(raw.length + offsets.length * (withLineEnding(replace, ending).length - length), step);
  const pieces: string[] = [];
  let copied = 0;
  for (const offset of offsets) {
    const [from, to] = [unfoldOffset(folded, offset), unfoldOffset(folded, offset + length)];
    pieces.push(raw.slice(copied, from), withLineEnding(replace, endingFor(raw.slice(from, to), ending)));
    copied = to;
  }
  pieces.push(raw.slice(copied));
  const text = pieces.join("");
  checkSize(text.length, step);
  return { text, replacements: offsets.length };
}

/** The line ending of the replaced region if it has only one kind, else that of the file. */
function endingFor(region: string, ofFile: LineEnding | null): LineEnding | null {
  if (!region.includes("\n")) return ofFile;
  if (!region.includes("\r\n")) return "\n";
  return /(?<!\r)\n/.test(region) ? ofFile : "\r\n";
}

function where({ number, path }: EditStep): string {
  return `Edit ${number} of ${quoted(path)}`;
}

function checkSize(bytes: number, step: EditStep): void {
  if (bytes <= editFileBytesMax) return;
  throw new AgentError(
    "file_too_large",
    `${where(step)} makes the file larger than ${editFileBytesMax} bytes.`,
  );
}

function emptySearch(step: EditStep): AgentError {
  const hint = "Give the text to be replaced; to write a whole file use write_file.";
  return new AgentError("bad_request", `${where(step)} has an empty search text.`, hint);
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

function ambiguous(text: string, offsets: readonly number[], step: EditStep): AgentError {
  const lines = offsets.slice(0, matchLinesNamedMax).map((offset) => lineOf(text, offset));
  const more = offsets.length > lines.length ? ", …" : "";
  return new AgentError(
    "ambiguous_match",
    `${where(step)}: the search text matches ${offsets.length} times (lines ${lines.join(", ")}${more}). Nothing was changed.`,
    "Add lines around it to the search text until it matches once, or set replace_all.",
  );
}

function noMatch(folded: FoldedText, search: string, step: EditStep): AgentError {
  const message = `${where(step)}: the search text matches 0 times. Nothing was changed.`;
  if (foldLineEndings(step.original).text.includes(search)) {
    return new AgentError(
      "overlapping_edits",
      `${where(step)}: the search text was there, but an earlier edit of this call changed it. Nothing was changed.`,
      "Edits are applied in order, each to the text that the one before left: join the two into one.",
    );
  }
  const replaced = foldLineEndings(bytesAsText(step.edit.replace)).text;
  const replacedAt = replaced !== "" && step.wasMade(step.edit) ? folded.text.indexOf(replaced) : -1;
  if (replacedAt >= 0) {
    const line = lineOf(folded.text, replacedAt);
    const hint = `This edit was made before, and its replacement stands at line ${line}. There is nothing left to do for it.`;
    return new AgentError("no_match", message, hint);
  }
  return new AgentError("no_match", message, describeNearest(textOf(folded.text), textOf(search)));
}

/** Decodes bytes as raw-names.ts does: as U+FFFD all bytes that are not UTF-8 would be equal. */
function textOf(bytes: string): string {
  return nameOf(Buffer.from(bytes, "latin1"));
}
