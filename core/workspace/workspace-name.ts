// Core is pure: names of workspaces (SPEC W2). They become folder and container names, so they keep to what all take.

/** Of a name before its suffix. */
const baseCharsMax = 27;
/** Of a whole name: base, dash, four hex digits. */
const nameCharsMax = 32;
const nameless = "workspace";

function trimDashes(text: string): string {
  return text.replace(/^-+|-+$/g, "");
}

/** Lower case letters, digits and dashes, at most 32; `workspace` when nothing is left. A valid name stays as it is. */
export function mendName(given: string): string {
  const plain = given.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "");
  const dashed = trimDashes(plain.replace(/[^a-z0-9]+/g, "-"));
  return trimDashes(dashed.slice(0, nameCharsMax)) || nameless;
}

/** @param hex four hex digits, drawn by the caller */
export function suffixedName(given: string, hex: string): string {
  const base = trimDashes(mendName(given).slice(0, baseCharsMax));
  return `${base}-${hex}`;
}
