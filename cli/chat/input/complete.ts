// What Tab makes of a command that has been begun.

/** The text with as much added as all fitting words have in common, and those words where there are several. */
export function completed(
  text: string,
  words: readonly string[],
): { readonly text: string; readonly choices: readonly string[] } {
  const fitting = words.filter((word) => word.startsWith(text));
  const [first] = fitting;
  if (first === undefined) return { text, choices: [] };
  if (fitting.length === 1) return { text: `${first} `, choices: [] };
  let common = first;
  while (!fitting.every((word) => word.startsWith(common))) common = common.slice(0, -1);
  return { text: common, choices: fitting };
}
