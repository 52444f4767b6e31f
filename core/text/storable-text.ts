// Decides which text a Postgres column can store and give back unchanged.

/** What is wrong with a text; null if nothing. Text in JSON columns has no such limits, because JSON escapes it. */
export function faultOfText(text: string): string | null {
  if (text.includes("\u0000")) return "must not contain U+0000";
  // As UTF-8 it would come back as another character.
  if (!text.isWellFormed()) return "must not contain half of a character (a lone surrogate)";
  return null;
}
