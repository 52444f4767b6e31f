// Core is pure: which text a column of Postgres can hold, and give back as it came.

/** What is wrong with a text, in words; null: nothing. Text inside JSON columns has no such bounds, for JSON escapes it. */
export function faultOfText(text: string): string | null {
  if (text.includes("\u0000")) return "must not contain U+0000";
  // Encoded as UTF-8 it would come back as another character.
  if (!text.isWellFormed()) return "must not contain half of a character (a lone surrogate)";
  return null;
}
