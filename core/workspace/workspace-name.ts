// Makes names of workspaces (SPEC W2). They become names of folders and containers, so they use only what all of these
// allow.

/** Characters of a name before its suffix. */
const baseCharsMax = 27;
/** Characters of a whole name: base, dash, four hex digits. */
const nameCharsMax = 32;
const nameless = "workspace";

function trimDashes(text: string): string {
  return text.replace(/^-+|-+$/g, "");
}

/** Lower case letters, digits and dashes, at most 32. If nothing is left, `workspace`. A valid name stays as it is. */
export function correctName(given: string): string {
  const plain = given.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "");
  const dashed = trimDashes(plain.replace(/[^a-z0-9]+/g, "-"));
  return trimDashes(dashed.slice(0, nameCharsMax)) || nameless;
}

/** @param hex four hex digits that the caller chose at random */
export function suffixedName(given: string, hex: string): string {
  const base = trimDashes(correctName(given).slice(0, baseCharsMax));
  return `${base}-${hex}`;
}
