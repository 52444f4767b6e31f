// Takes out of a text whatever a terminal would obey: models and tools may write anything.

const ESC = "\u001b";
/** CSI, OSC and other strings up to their end, then two-character sequences. Built from parts: control characters are unseen. */
const SEQUENCES = new RegExp(
  [
    `(?:${ESC}\\[|\\u009b)[0-?]*[ -/]*[@-~]`,
    `(?:${ESC}[\\]PX^_]|[\\u009d\\u0090\\u0098\\u009e\\u009f])[^\\u0007\\u001b\\u009c\\n]*(?:\\u0007|${ESC}\\\\|\\u009c)?`,
    `${ESC}[ -/]*[0-~]`,
  ].join("|"),
  "gu",
);
// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu;
/** They make a text read otherwise than it is, so they are shown by name. */
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
/** Seen by nobody, but counted by some terminals. */
const UNSEEN = /[\u2028\u2029\ufeff\u{e0000}-\u{e007f}]/gu;
const TAB = "    ";

/** The text without sequences and control characters, but with its line breaks. */
export function cleanText(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll(SEQUENCES, "")
    .replaceAll(/^.*\r(?=[^\n])/gmu, "")
    .replaceAll("\t", TAB)
    .replaceAll(CONTROLS, "")
    .replaceAll(BIDI, (char) => `<U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}>`)
    .replaceAll(UNSEEN, "")
    .toWellFormed();
}

/** The same on one line. */
export function cleanLine(text: string): string {
  return cleanText(text).replaceAll(/\s*\n\s*/gu, " ");
}
