// Searches data: which parts of a tree hold the words, and where in a text they stand.

/** Deeper data is not looked into; nothing that is recorded is so deep. */
const depthMax = 64;

/** Whether a value, a name or anything inside holds the words, which are in lower case. */
export function holds(value: unknown, query: string, depth = 0): boolean {
  if (depth > depthMax) return false;
  if (Array.isArray(value)) return value.some((item) => holds(item, query, depth + 1));
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).some(
      ([name, inside]) => name.toLowerCase().includes(query) || holds(inside, query, depth + 1),
    );
  }
  return String(value).toLowerCase().includes(query);
}

export interface Piece {
  readonly text: string;
  readonly isMatch: boolean;
}

/** More matches are not marked one by one: each costs an element. */
export const marksMax = 2_000;

/** Cuts a text at the matches of the words. */
export function cutAtMatches(text: string, query: string): Piece[] {
  if (query === "") return [{ text, isMatch: false }];
  const lower = text.toLowerCase();
  // Lower case can be longer than the text itself; marks would then stand beside their words.
  if (lower.length !== text.length) return [{ text, isMatch: false }];
  const pieces: Piece[] = [];
  let from = 0;
  for (let marks = 0; marks < marksMax; marks += 1) {
    const at = lower.indexOf(query, from);
    if (at === -1) break;
    if (at > from) pieces.push({ text: text.slice(from, at), isMatch: false });
    pieces.push({ text: text.slice(at, at + query.length), isMatch: true });
    from = at + query.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), isMatch: false });
  return pieces;
}

/** @returns undefined when the text is no JSON object or array */
export function jsonOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
