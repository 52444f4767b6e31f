// How many columns of a terminal a text takes.

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
/** East Asian wide and full-width characters (UAX #11), in ranges. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u;
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;
const NO_WIDTH = /^(?:\p{Mark}|\p{Format})+$/u;
const ASCII = /^[ -~]*$/u;

export interface Cell {
  readonly text: string;
  readonly width: number;
}

/** What a reader calls characters, each with its columns. */
export function cellsOf(text: string): Cell[] {
  return [...graphemes.segment(text)].map(({ segment }) => ({ text: segment, width: cellWidth(segment) }));
}

function cellWidth(grapheme: string): number {
  if (NO_WIDTH.test(grapheme)) return 0;
  return WIDE.test(grapheme) || EMOJI.test(grapheme) ? 2 : 1;
}

export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  return cellsOf(text).reduce((sum, { width }) => sum + width, 0);
}

/** The beginning of a text that fits, with an ellipsis where it was cut. */
export function clipped(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let left = Math.max(0, columns - 1);
  let kept = "";
  for (const cell of cellsOf(text)) {
    left -= cell.width;
    if (left < 0) break;
    kept += cell.text;
  }
  return columns < 1 ? "" : `${kept}…`;
}
