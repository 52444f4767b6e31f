// Reduces the output of programs to text with colours: of ANSI sequences only colours and weight are left, as names of classes.
// Nothing else that a terminal would do is done.
import Anser from "anser";

export interface AnsiPiece {
  readonly text: string;
  /** Such as `red bold`; empty: as it is. */
  readonly classes: string;
}

/* eslint-disable no-control-regex */
/** OSC, DCS, PM, APC and SOS with all that they carry: titles, links, clipboard. */
const STRINGS = /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[\s\S]*?(?:\u0007|\u001b\\|\u009c|$)/g;
/** All CSI sequences but those that set colours. */
const OTHER_CSI = /(?:\u001b\[|\u009b)[0-?]*[ -/]*(?![m])[@-~]/g;
const OTHER_ESCAPES = /\u001b(?!\[)[ -/]*[0-~]?/g;
/** A sequence whose end has not arrived yet. */
const UNFINISHED = /(?:\u001b\[?|\u009b)[0-?]*[ -/]*$/;
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f]/g;
const DIRECTION = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

const COLORS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;

/** The pieces of a text, in order. */
export function ansiPieces(output: string): readonly AnsiPiece[] {
  return Anser.ansiToJson(withoutOverwritten(colorsOnly(output)), {
    json: true,
    remove_empty: true,
    use_classes: true,
  }).map(({ content, fg, fg_truecolor, decorations }) => ({
    text: content.replace(/[\u001b\u009b]/g, ""),
    classes: [
      colorName(fg, fg_truecolor),
      ...decorations.filter((name) => ["bold", "dim", "italic", "underline"].includes(name)),
    ]
      .filter((name) => name !== "")
      .join(" "),
  }));
}

/** The text alone, as copies of it should be. */
export function plainOutput(output: string): string {
  return ansiPieces(output)
    .map((piece) => piece.text)
    .join("");
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

/** One of the sixteen colours, which the theme chooses so that each can be read. */
function colorName(name: string | null, truecolor: string | null): string {
  if (name === null || name === undefined) return "";
  if (name === "ansi-truecolor") return nearest((truecolor ?? "").split(",").map(Number));
  const palette = /^ansi-palette-(\d+)$/.exec(name);
  if (palette !== null) return paletteColor(Number(palette[1]));
  return name.replace(/^ansi-(?:bright-)?/, "");
}

function paletteColor(index: number): string {
  if (index < 16) return COLORS[index % 8] ?? "";
  if (index >= 232) return index < 244 ? "black" : "white";
  const at = index - 16;
  const level = (part: number): number => (part === 0 ? 0 : 55 + part * 40);
  return nearest([level(Math.floor(at / 36)), level(Math.floor(at / 6) % 6), level(at % 6)]);
}

function nearest([red = 0, green = 0, blue = 0]: readonly number[]): string {
  const most = Math.max(red, green, blue);
  if (most < 48) return "black";
  const bit = (part: number): number => (part > most * 0.6 ? 1 : 0);
  return COLORS[bit(red) + 2 * bit(green) + 4 * bit(blue)] ?? "";
}
