// Reduces the output of programs to text with colours: of ANSI sequences only colours and weight are left. Nothing else that a terminal
// would do is done.

/* oxlint-disable no-control-regex -- these are what is looked for */
/** OSC, DCS, PM, APC and SOS with all that they carry: titles, links, clipboard. */
const STRINGS = /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[\s\S]*?(?:\u0007|\u001b\\|\u009c|$)/g;
/** All CSI sequences but those that set colours. */
const OTHER_CSI = /(?:\u001b\[|\u009b)[0-?]*[ -/]*(?![m])[@-~]/g;
const OTHER_ESCAPES = /\u001b(?!\[)[ -/]*[0-~]?/g;
/** A sequence whose end has not arrived yet. */
const UNFINISHED = /(?:\u001b\[?|\u009b)[0-?]*[ -/]*$/;
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f]/g;
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const COLOR = /\u001b\[[0-?]*[ -/]*m/g;

/** The text with the sequences that set its colours. */
export function coloredText(output: string): string {
  return withoutOverwritten(colorsOnly(output));
}

/** The text alone, as copies of it should be. */
export function plainOutput(output: string): string {
  return withoutEscapes(coloredText(output).replace(COLOR, ""));
}

/** What is left of sequences that are no sequences. */
export function withoutEscapes(text: string): string {
  return text.replace(/[\u001b\u009b]/g, "");
}

/** The last line that has something in it, for a card that is closed. */
export function lastLine(output: string): string {
  const lines = plainOutput(output.slice(-2_000)).trimEnd().split("\n");
  return lines.at(-1)?.trim() ?? "";
}

function colorsOnly(output: string): string {
  return output
    .replace(STRINGS, "")
    .replace(OTHER_CSI, "")
    .replace(OTHER_ESCAPES, "")
    .replace(UNFINISHED, "")
    .replaceAll("\u009b", "\u001b[")
    .replace(CONTROLS, "")
    .replace(DIRECTION, (sign) => `⟨U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase()}⟩`);
}

/** A carriage return begins the line anew: of a progress bar its last state is left. */
function withoutOverwritten(text: string): string {
  if (!text.includes("\r")) return text;
  return text
    .replace(/\r+\n/g, "\n")
    .split("\n")
    .map((line) => line.slice(line.trimEnd().lastIndexOf("\r") + 1))
    .join("\n");
}
