// Cuts the output of programs into pieces by their colours, as names of classes.
import Anser from "anser";
import { coloredText, withoutEscapes } from "./plain-output.ts";

export interface AnsiPiece {
  readonly text: string;
  /** Such as `red bold`; empty: as it is. */
  readonly classes: string;
}

const COLORS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"] as const;

/** The pieces of a text, in order. */
export function ansiPieces(output: string): readonly AnsiPiece[] {
  return Anser.ansiToJson(coloredText(output), {
    json: true,
    remove_empty: true,
    use_classes: true,
  }).map(({ content, fg, fg_truecolor, decorations }) => ({
    text: withoutEscapes(content),
    classes: [
      colorName(fg, fg_truecolor),
      ...decorations.filter((name) => ["bold", "dim", "italic", "underline"].includes(name)),
    ]
      .filter((name) => name !== "")
      .join(" "),
  }));
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
