// The workspace agent runs inside the workspace. This file: file globs, matched in time linear in each segment. Globs come from a
// model, and one compiled to a backtracking regular expression could stall the whole process; ripgrep's own --glob would show
// hidden and ignored files. Pure.
import { AgentError } from "../../api.ts";
import { globAlternativesMax } from "../file-limits.ts";

type Token =
  | { readonly type: "star" }
  | { readonly type: "one" }
  | {
      readonly type: "set";
      readonly negated: boolean;
      readonly ranges: readonly (readonly [string, string])[];
    }
  | { readonly type: "char"; readonly char: string };

const globstar = Symbol("**");
type Segment = typeof globstar | readonly Token[];

export interface Glob {
  /** Whether a path (relative to the searched folder, `/` between names) is meant. */
  matches(path: string): boolean;
  /** Last segments of the alternatives, braces expanded: enough to tell by its name alone that a file is not meant. */
  readonly names: readonly string[];
  readonly negated: boolean;
}

/** Index after the character at `at`; a backslash takes the next one with it. */
function after(text: string, at: number): number {
  return text[at] === "\\" ? at + 2 : at + 1;
}

/** Splits `{a,b{c,d}}` (beginning at `open`) at its own commas; null when the brace is not closed. */
function braceParts(glob: string, open: number): { parts: string[]; end: number } | null {
  const parts: string[] = [];
  let depth = 0;
  let from = open + 1;
  for (let at = open; at < glob.length; at = after(glob, at)) {
    const char = glob[at];
    if (char === "{") depth++;
    if (char === "}") depth--;
    if ((char === "," && depth === 1) || depth === 0) {
      parts.push(glob.slice(from, at));
      from = at + 1;
    }
    if (depth === 0) return { parts, end: at };
  }
  return null;
}

function expandBraces(glob: string): readonly string[] {
  const pending = [glob];
  const done: string[] = [];
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    if (pending.length + done.length > globAlternativesMax) {
      throw new AgentError(
        "bad_pattern",
        "The glob has too many alternatives in its braces.",
        "Use a simpler glob.",
      );
    }
    let open = 0;
    while (open < current.length && current[open] !== "{") open = after(current, open);
    const braces = open < current.length ? braceParts(current, open) : null;
    if (braces === null) done.push(current);
    else
      for (const part of braces.parts)
        pending.push(current.slice(0, open) + part + current.slice(braces.end + 1));
  }
  return done;
}

/** `[a-z]`, `[!a-z]`, `[^a-z]` from `open`; null when it is not closed and stands for itself. */
function parseSet(chars: readonly string[], open: number): { token: Token; end: number } | null {
  let at = open + 1;
  const negated = chars[at] === "!" || chars[at] === "^";
  if (negated) at++;
  const ranges: [string, string][] = [];
  for (let first = true; at < chars.length; first = false) {
    const low = chars[at] ?? "";
    if (low === "]" && !first) return { token: { type: "set", negated, ranges }, end: at };
    const high = chars[at + 2];
    const isRange = chars[at + 1] === "-" && high !== undefined && high !== "]";
    ranges.push([low, isRange ? high : low]);
    at += isRange ? 3 : 1;
  }
  return null;
}

function parseSegment(text: string): Segment {
  if (text === "**") return globstar;
  const chars = Array.from(text);
  const tokens: Token[] = [];
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] ?? "";
    const set = char === "[" ? parseSet(chars, at) : null;
    if (char === "*") tokens.push({ type: "star" });
    else if (char === "?") tokens.push({ type: "one" });
    else if (char === "\\") tokens.push({ type: "char", char: chars[++at] ?? "\\" });
    else if (set === null) tokens.push({ type: "char", char });
    else {
      tokens.push(set.token);
      at = set.end;
    }
  }
  return tokens;
}

/**
 * Matches items against a pattern in which some elements stand for any number of items. Going back to the last such element
 * alone is enough, so the cost is at most items × pattern.
 */
function matchWild<I, P>(
  items: readonly I[],
  pattern: readonly P[],
  rules: { isWild(element: P): boolean; fits(item: I, element: P): boolean },
): boolean {
  let [item, at, wildAt, wildItem] = [0, 0, -1, 0];
  while (item < items.length) {
    const element = pattern[at] as P;
    if (at < pattern.length && rules.isWild(element)) {
      [wildAt, wildItem] = [at++, item];
    } else if (at < pattern.length && rules.fits(items[item] as I, element)) {
      item++;
      at++;
    } else if (wildAt >= 0) {
      at = wildAt + 1;
      item = ++wildItem;
    } else return false;
  }
  return pattern.slice(at).every((element) => rules.isWild(element));
}

function charFits(char: string, token: Token): boolean {
  if (token.type === "char") return token.char === char;
  if (token.type === "one") return true;
  return (
    token.type === "set" && token.ranges.some(([low, high]) => low <= char && char <= high) !== token.negated
  );
}

function segmentFits(name: string, segment: Segment): boolean {
  // As in a shell: a wildcard does not stand for the dot of a hidden name.
  if (
    name.startsWith(".") &&
    segment !== globstar &&
    (segment[0]?.type === "star" || segment[0]?.type === "one")
  )
    return false;
  return (
    segment !== globstar &&
    matchWild(Array.from(name), segment, { isWild: (token) => token.type === "star", fits: charFits })
  );
}

function parseAlternative(alternative: string): readonly Segment[] {
  const isAnchored = alternative.startsWith("/") || alternative.startsWith("./");
  const names = alternative.split("/").filter((name) => name !== "" && name !== ".");
  // As in .gitignore: a single name is meant at any depth, and a folder means all that is in it.
  if (names.length === 1 && !isAnchored && !alternative.endsWith("/")) names.unshift("**");
  if (alternative.endsWith("/") || names.at(-1) === "**") names.push("**", "*");
  return names.map(parseSegment);
}

/**
 * Compiles a glob: `*`, `?`, `[a-z]`, `{a,b}`, `**` across folders, `\` before a literal character, a leading `!` for "all but".
 * Without a slash it is meant at any depth. Throws `AgentError` when its braces expand to too much.
 */
export function compileGlob(glob: string): Glob {
  const negated = glob.startsWith("!");
  const alternatives = expandBraces(negated ? glob.slice(1) : glob);
  const patterns = alternatives.map(parseAlternative);
  const rules = { isWild: (segment: Segment) => segment === globstar, fits: segmentFits };
  return {
    negated,
    names: alternatives.map((alternative) => alternative.slice(alternative.lastIndexOf("/") + 1)),
    matches: (path) => patterns.some((pattern) => matchWild(path.split("/"), pattern, rules)) !== negated,
  };
}
