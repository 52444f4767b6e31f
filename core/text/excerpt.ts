// Cuts the place out of a text at which words of a search stand.

export interface Excerpt {
  readonly text: string;
  /** Start and end of each word found, in UTF-16 units of `text`. */
  readonly matches: readonly (readonly [number, number])[];
}

const charsBefore = 60;
const charsMax = 240;
const matchesMax = 20;

/** The words that a search looks for: letters and digits. */
export function searchWords(query: string): string[] {
  return [...new Set(query.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== ""))];
}

/** The first place with a word; the beginning where none is found, as the database may know more forms of a letter. */
export function excerptOf(text: string, words: readonly string[]): Excerpt {
  if (words.length === 0) return { text: text.slice(0, charsMax).toWellFormed(), matches: [] };
  // Longer words first: one that begins with another one is marked whole. Words hold nothing that a pattern would read.
  const pattern = new RegExp([...words].sort((a, b) => b.length - a.length).join("|"), "giu");
  const first = text.search(pattern);
  const start = Math.max(0, first - charsBefore);
  const shown = text.slice(start, start + charsMax).toWellFormed();
  const found = [...shown.matchAll(pattern)].slice(0, matchesMax);
  return { text: shown, matches: found.map(({ index, 0: word }) => [index, index + word.length] as const) };
}
