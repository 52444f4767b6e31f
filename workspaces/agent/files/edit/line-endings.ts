// Converts line ends, so that an edit written with "\n" matches a file that has "\r\n" and keeps its line ends. Pure.

export interface FoldedText {
  /** The text with "\n" for each "\r\n". */
  readonly text: string;
  /** Offsets in `text` of the newlines that were "\r\n", rising. */
  readonly pairsAt: readonly number[];
}

export type LineEnding = "\n" | "\r\n";

export function foldLineEndings(raw: string): FoldedText {
  const pieces = raw.split("\r\n");
  if (pieces.length === 1) return { text: raw, pairsAt: [] };
  const pairsAt: number[] = [];
  let offset = 0;
  for (const piece of pieces.slice(0, -1)) {
    offset += piece.length;
    pairsAt.push(offset);
    offset += 1;
  }
  return { text: pieces.join("\n"), pairsAt };
}

/** The offset in the original text for an offset in the folded text. */
export function unfoldOffset(folded: FoldedText, offset: number): number {
  let [low, high] = [0, folded.pairsAt.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((folded.pairsAt[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return offset + low;
}

/** What most lines of the text end with; null if it has only one line. */
export function lineEndingOf(raw: string): LineEnding | null {
  const pairs = countOf(raw, "\r\n");
  const all = countOf(raw, "\n");
  if (all === 0) return null;
  return pairs * 2 > all ? "\r\n" : "\n";
}

function countOf(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count += 1;
  return count;
}

/** The text with these line ends; unchanged if `ending` is null. */
export function withLineEnding(text: string, ending: LineEnding | null): string {
  if (ending === null) return text;
  const folded = text.replaceAll("\r\n", "\n");
  return ending === "\n" ? folded : folded.replaceAll("\n", "\r\n");
}
