// Splits a program's output into characters, escape sequences and control characters (ECMA-48). Text is bytes read as Latin-1
// characters. Pure.
/* oxlint-disable no-control-regex -- Control characters are what this file is about. */
import { incompleteLength } from "../../core/text/marked-text.ts";

/** An escape sequence that does not end within this length is not taken as one. */
const sequenceBytesMax = 4 * 1024;

// One token (ECMA-48): ordinary characters; a control sequence with parameters and a final character; a string that BEL or ESC \ ends, such as a
// title or a link; another escape sequence; or one control character.
export const token =
  /([^\x07\x08\n\v\f\r\x1b]+)|\x1b\[([0-?]{0,64})[ -/]{0,8}([@-~])|\x1b[\]PX^_][^\x07\x1b\n]{0,4000}(?:\x07|\x1b\\)|\x1b[ -/]{0,8}([0-OQ-WYZ\\`-~])|([^])/y;
// An incomplete sequence at the end of what has come so far.
const unfinished = /\x1b(?:\[[0-?]{0,64}[ -/]{0,8}|[\]PX^_][^\x07\x1b\n]{0,4000}\x1b?|[ -/]{0,8})$/;
// Sequences without parameters: reset (a new page) and reverse index (one line up).
export const escapesAs: Readonly<Record<string, string>> = { c: "c", M: "A" };
// One character of UTF-8, or one byte that is not UTF-8.
const character = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|[^]/g;
const beyondAscii = /[\x80-\xff]/;

// Columns count characters. In ASCII text a column is an index.

export function widthOf(text: string): number {
  return charactersOf(text).length;
}

export function upTo(text: string, column: number): string {
  const characters = charactersOf(text);
  return typeof characters === "string" ? characters.slice(0, column) : characters.slice(0, column).join("");
}

export function after(text: string, column: number): string {
  const characters = charactersOf(text);
  return typeof characters === "string" ? characters.slice(column) : characters.slice(column).join("");
}

function charactersOf(text: string): string | readonly string[] {
  return beyondAscii.test(text) ? (text.match(character) ?? []) : text;
}

/** How many bytes at the end of a text are an incomplete sequence or character. */
export function unfinishedLength(text: string): number {
  return unfinished.exec(text.slice(-sequenceBytesMax))?.[0].length ?? incompleteLength(text);
}

/** Output without an incomplete character or sequence at its end. */
export function withoutUnfinished(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.length - unfinishedLength(latin1(bytes)));
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
