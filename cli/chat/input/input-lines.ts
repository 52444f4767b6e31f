// The line that is being typed, as it looks: broken at the edge of the terminal, with the place of the cursor.
import { cellsOf, clipped } from "../text/width.ts";
import type { Edit } from "./editor.ts";

export interface InputLines {
  readonly lines: readonly string[];
  readonly row: number;
  readonly column: number;
}

interface InputRoom {
  readonly columns: number;
  /** More lines are not shown at once: a terminal cannot draw anew what has left its screen. */
  readonly rowsMax: number;
}

/** @param prompt before the first line; others are moved in as far */
export function inputLines(edit: Edit, prompt: string, room: InputRoom): InputLines {
  const near = nearCursor(edit, room.rowsMax);
  const indent = " ".repeat(prompt.length);
  const lines = [near.above === 0 ? prompt : indent];
  let width = prompt.length;
  let at = 0;
  let place = { row: 0, column: width };
  const begin = () => {
    lines.push(indent);
    width = indent.length;
  };
  for (const cell of cellsOf(near.text)) {
    if (cell.text === "\n") begin();
    else {
      if (width + cell.width > room.columns - 1) begin();
      lines[lines.length - 1] += cell.text;
      width += cell.width;
    }
    at += cell.text.length;
    if (at === near.cursor) place = { row: lines.length - 1, column: width };
  }
  return seenPart({ lines, ...place }, near, room);
}

interface NearCursor {
  readonly text: string;
  readonly cursor: number;
  /** Lines that are left out. */
  readonly above: number;
  readonly below: number;
}

/** The lines that may be seen at all: the whole of a long paste would be measured at each key. */
function nearCursor({ text, cursor }: Edit, rowsMax: number): NearCursor {
  const lines = text.split("\n");
  const row = text.slice(0, cursor).split("\n").length - 1;
  const from = Math.max(0, row - rowsMax);
  const to = Math.min(lines.length, row + rowsMax + 1);
  const leftOut = lines.slice(0, from).reduce((sum, line) => sum + line.length + 1, 0);
  return {
    text: lines.slice(from, to).join("\n"),
    cursor: cursor - leftOut,
    above: from,
    below: lines.length - to,
  };
}

/** The lines around the cursor. The first and the last one say how much is above and below, where there is room to say it. */
function seenPart(
  { lines, row, column }: InputLines,
  { above, below }: NearCursor,
  { columns, rowsMax }: InputRoom,
): InputLines {
  const from = Math.max(0, Math.min(row - Math.floor(rowsMax / 2), lines.length - rowsMax));
  const seen = lines.slice(from, from + rowsMax);
  const last = seen.length - 1;
  const hiddenAbove = above + from;
  const hiddenBelow = below + lines.length - from - seen.length;
  const told = (count: number, where: string) => clipped(`… ${count} more lines ${where}`, columns - 1);
  if (hiddenAbove > 0 && row > from) seen[0] = told(hiddenAbove + 1, "above");
  if (hiddenBelow > 0 && row < from + last) seen[last] = told(hiddenBelow + 1, "below");
  return { lines: seen, row: row - from, column };
}
