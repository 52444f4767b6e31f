// Which entries of the palette fit some letters, the best first. Pure.

export interface PaletteEntry {
  readonly key: string;
  readonly words: string;
  readonly kind: "Chat" | "Page" | "Command";
  /** An address, or what to do. */
  readonly run: string | (() => void);
}

const FOUND_MAX = 50;

/** All letters must be there in their order; whole words and beginnings of words count most. */
export function findEntries(entries: readonly PaletteEntry[], words: string): PaletteEntry[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === "") return entries.slice(0, FOUND_MAX);
  return entries
    .map((entry, at) => ({ entry, at, score: scoreOf(entry.words.toLowerCase(), wanted) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .slice(0, FOUND_MAX)
    .map(({ entry }) => entry);
}

function scoreOf(text: string, wanted: string): number {
  const at = text.indexOf(wanted);
  if (at === 0) return 4;
  if (at > 0) return /\W/.test(text.charAt(at - 1)) ? 3 : 2;
  let from = 0;
  for (const letter of wanted) {
    from = text.indexOf(letter, from) + 1;
    if (from === 0) return 0;
  }
  return 1;
}
