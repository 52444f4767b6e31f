// What Tab makes of a word that has been begun.

export interface Completion {
  readonly text: string;
  /** Where several fit. */
  readonly choices: readonly string[];
}

/**
 * The text with as much added as all fitting words have in common, in the words' own upper and lower case, and those words where there
 * are several. A space follows a whole word, but not a folder.
 */
export function completed(text: string, words: readonly string[]): Completion {
  const fitting = words.filter((word) => word.toLowerCase().startsWith(text.toLowerCase()));
  const [first] = fitting;
  if (first === undefined) return { text, choices: [] };
  if (fitting.length === 1) return { text: first.endsWith("/") ? first : `${first} `, choices: [] };
  let common = first;
  while (!fitting.every((word) => word.toLowerCase().startsWith(common.toLowerCase())))
    common = common.slice(0, -1);
  return { text: common, choices: fitting };
}
