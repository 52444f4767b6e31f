// The line that is being typed, as it looks: broken at the edge of the terminal, with the place of the cursor.
import { cellsOf } from "../text/width.ts";
import type { Edit } from "./editor.ts";

export interface InputLines {
  readonly lines: readonly string[];
  readonly row: number;
  readonly column: number;
}

/** @param prompt before the first line; others are moved in as far */
export function inputLines(edit: Edit, prompt: string, columns: number): InputLines {
  const indent = " ".repeat(prompt.length);
  const lines = [prompt];
  let width = prompt.length;
  let at = 0;
  let place = { row: 0, column: width };
  const begin = () => {
    lines.push(indent);
    width = indent.length;
  };
  for (const cell of cellsOf(edit.text)) {
    if (cell.text === "\n") begin();
    else {
      if (width + cell.width > columns - 1) begin();
      lines[lines.length - 1] += cell.text;
      width += cell.width;
    }
    at += cell.text.length;
    if (at === edit.cursor) place = { row: lines.length - 1, column: width };
  }
  return { lines, ...place };
}
