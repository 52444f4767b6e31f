// Searches the text of files with ripgrep. Takes only places from its output and reads the lines from files that it opens safely: a folder that
// was swapped for a link meanwhile could have led ripgrep outside.
import type { FileHandle } from "node:fs/promises";
import {
  type MarkedText,
  markedBytesNote,
  markedText,
  wholeCharacters,
} from "../../../../core/text/marked-text.ts";
import { AgentError, type FileViews, type GrepView } from "../../api.ts";
import { createCollector } from "../collector.ts";
import { grepLineCharsMax, grepMatchesMax } from "../file-limits.ts";
import { withFound } from "../place/confined-walk.ts";
import { isUtf16, openFile, readRange } from "../place/open-file.ts";
import { namesNote, shownName } from "../place/raw-names.ts";
import type { Root } from "../place/root.ts";
import { systemFault } from "../system-fault.ts";
import { isCutOff, runRipgrep, type Searcher } from "./ripgrep.ts";
import type { SearchEnd } from "./search-process.ts";

type GrepArgs = Parameters<FileViews["grep"]>[0];

/** How much of a long line is shown before a match. */
const leadCharsMax = 100;
const utf8BytesPerCharMax = 4;
const byteOrderMark = Buffer.from("\ufeff");

/** A place where the pattern matched; `offset` is the line's first byte in the file, `column` the match's first byte, from 1. */
interface MatchPlace {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

/** Matching lines, sorted by path and line. Throws `AgentError`. */
export async function grepFiles(searcher: Searcher, args: GrepArgs, signal: AbortSignal): Promise<GrepView> {
  return withFound(searcher.root, args.path ?? ".", async (place) => {
    const places: MatchPlace[] = [];
    const end = await runRipgrep(searcher, {
      place,
      // The glob does not apply to a file that `path` names.
      glob: args.glob ?? null,
      args: searchArgs(args),
      signal,
      // The text is left, and so are records of another kind.
      record: /([^\0]*)\0(?:(\d+):(\d+):(\d+):)?[^\n]*\n/y,
      onFound: (path, [line, column, offset]) => {
        if (line === undefined) return "more";
        const match = { path, line: Number(line), column: Number(column), offset: Number(offset) };
        return places.push(match) > grepMatchesMax ? "enough" : "more";
      },
    });
    checkEnd(end);
    const collector = createCollector<GrepView["matches"][number]>(grepMatchesMax);
    let isMarked = false;
    await readMatches(searcher.root, places, (match, line) => {
      isMarked ||= line.isMarked;
      return collector.add({ path: shownName(match.path), line: match.line, text: line.text });
    });
    const notes = [namesNote(places.map((match) => match.path)), isMarked ? markedBytesNote : null];
    return { matches: collector.items, ...isCutOff(end, collector, notes) };
  });
}

function searchArgs(args: GrepArgs): readonly string[] {
  return [
    "--line-number",
    "--column",
    "--byte-offset",
    "--with-filename",
    "--no-heading",
    // Lines are read from the files. A minified file has lines of megabytes.
    "--max-columns=1",
    // Skips a byte order mark, which would hide the beginning of the first line.
    "--encoding=auto",
    "--crlf",
    // A pattern from a model must not take all the memory.
    "--regex-size-limit=10M",
    args.ignore_case === true ? "--ignore-case" : "--case-sensitive",
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

/** The line at a place, cut to `grepLineCharsMax` characters around the match. */
async function readLineAt(handle: FileHandle, place: MatchPlace): Promise<MarkedText> {
  const isFarRight = place.column > grepLineCharsMax - leadCharsMax;
  const skipped = isFarRight ? place.column - 1 - leadCharsMax : 0;
  const buffer = Buffer.alloc((grepLineCharsMax + 1) * utf8BytesPerCharMax);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, place.offset + skipped);
  // The position may be inside a character: skip to the next one.
  const from = skipped === 0 ? 0 : buffer.findIndex((byte) => (byte & 0xc0) !== 0x80);
  const newline = buffer.subarray(0, bytesRead).indexOf(0x0a, from);
  const bytes =
    newline < 0 ? wholeCharacters(buffer.subarray(from, bytesRead)) : buffer.subarray(from, newline);
  const { text: whole, isMarked } = markedText(bytes);
  const text = whole.replace(/\r$/, "");
  const chars = Array.from(text);
  const shown = chars.length > grepLineCharsMax ? `${chars.slice(0, grepLineCharsMax).join("")}…` : text;
  return { text: skipped > 0 ? `…${shown}` : shown, isMarked };
}

/** Calls `onLine` with each place and its line until it returns false. Leaves out files that can no longer be opened. */
async function readMatches(
  root: Root,
  places: readonly MatchPlace[],
  onLine: (place: MatchPlace, line: MarkedText) => boolean,
): Promise<void> {
  for (const [path, inFile] of Map.groupBy(places, (place) => place.path)) {
    const handle = await openSearched(root, path);
    if (handle === null) continue;
    try {
      const beginning = await readRange(handle, { offset: 0, length: byteOrderMark.length });
      // ripgrep's offsets do not fit UTF-16, and count from behind a byte order mark.
      if (isUtf16(beginning)) continue;
      const skipped = beginning.equals(byteOrderMark) ? byteOrderMark.length : 0;
      for (const place of inFile) {
        const line = await readLineAt(handle, { ...place, offset: place.offset + skipped });
        if (!onLine(place, line)) return;
      }
    } finally {
      await handle.close();
    }
  }
}

/** Null if the file can no longer be opened. */
async function openSearched(root: Root, path: string): Promise<FileHandle | null> {
  try {
    return await withFound(root, path, async (place) => (await openFile(place)).handle);
  } catch (error) {
    if (systemFault(error) instanceof AgentError) return null;
    throw error;
  }
}
