// Explains, code point by code point, why a text does not match one that looks the same: other spaces or quotes, composed or decomposed
// letters, invisible characters, bytes of another encoding. It only explains; edits never match loosely. Pure.
import { shownName } from "../place/raw-names.ts";

/** How many lines are looked at, and how often two lines are compared. A hint is not worth more time. */
export const linesComparedMax = 20_000;
const comparisonsMax = 200_000;
/** Longer lines are not compared character by character. */
const lineCharsMax = 2_000;
/** Longer texts are not repeated in a hint. */
const exactCharsMax = 2_000;
const differencesNamedMax = 3;
/** Characters of either text that one difference may span. */
const clusterCharsMax = 4;

const invisible = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;
const singleQuotes = /[\u2018-\u201b\u2032\u00b4`]/g;
const doubleQuotes = /[\u201c-\u201f\u2033]/g;
const dashes = /[\u2010-\u2015\u2212]/g;
/** A byte that is not UTF-8 (raw-names.ts). */
const byte = /[\udc80-\udcff]/;

const names: Readonly<Record<string, string>> = {
  "\t": "tab",
  " ": "space",
  "\u00a0": "no-break space",
  "\u00ad": "soft hyphen",
  "\u200b": "zero width space",
  "\u200c": "zero width non-joiner",
  "\u200d": "zero width joiner",
  "\u2010": "hyphen",
  "\u2011": "non-breaking hyphen",
  "\u2013": "en dash",
  "\u2014": "em dash",
  "\u2018": "left single quotation mark",
  "\u2019": "right single quotation mark",
  "\u201c": "left double quotation mark",
  "\u201d": "right double quotation mark",
  "\u2026": "ellipsis",
  "\u202f": "narrow no-break space",
  "\u2212": "minus sign",
  "\u3000": "ideographic space",
  "\ufeff": "byte order mark",
};

interface LookAlike {
  /** Index of the first line. */
  readonly at: number;
  /** The file's text that looks the same; null if a line is too long to compare. */
  readonly exact: string | null;
}

/** A hint about the first place that looks like `search` but differs; null if there is none. Both texts encode bytes as raw-names.ts does. */
export function explainLookAlike(text: string, search: string): string | null {
  const found = findLookAlike(text.split("\n", linesComparedMax), search.split("\n"));
  if (found === null) return null;
  const line = found.at + 1;
  if (found.exact === null) return `Line ${line} looks the same, but has other characters.`;
  const differences = differencesOf(found.exact, search);
  const words = `Line ${line} looks the same, but has other characters: ${differences.join("; ")}.`;
  if (byte.test(found.exact)) {
    return `${words} The line is not UTF-8, perhaps Latin-1 or Windows-1252: such bytes cannot be searched for. Search for the text around them, or change the line with a command.`;
  }
  if (found.exact.length > exactCharsMax)
    return `${words} Read the lines from there on again and copy them exactly.`;
  return `${words} The text as it stands there, to be copied as the search text: ${escaped(found.exact)}`;
}

/** The text with look-alike characters replaced, so that texts that look the same become equal. */
function folded(text: string): string {
  if (/^[ -_a-~]*$/.test(text)) return text;
  return text
    .replaceAll(new RegExp(byte, "g"), (one) =>
      new TextDecoder("windows-1252").decode(Uint8Array.of(one.charCodeAt(0) & 0xff)),
    )
    .normalize("NFKC")
    .replaceAll(invisible, "")
    .replaceAll(singleQuotes, "'")
    .replaceAll(doubleQuotes, '"')
    .replaceAll(dashes, "-");
}

function findLookAlike(lines: readonly string[], search: readonly string[]): LookAlike | null {
  const want = search.map(folded);
  const [first = "", last = ""] = [want[0], want.at(-1)];
  if (want.join("").trim() === "") return null;
  const have = lines.map(folded);
  const between = want.slice(1, -1);
  let comparisons = 0;
  const isBetween = (line: string, at: number) => (comparisons += 1) <= comparisonsMax && line === have[at];
  for (let at = 0; at + want.length <= have.length; at++) {
    const [head = "", tail = ""] = [have[at], have[at + want.length - 1]];
    const fits =
      want.length === 1
        ? head.includes(first)
        : head.endsWith(first) &&
          tail.startsWith(last) &&
          between.every((line, index) => isBetween(line, at + 1 + index));
    if (fits) return { at, exact: exactText(lines.slice(at, at + want.length), first, last) };
  }
  return null;
}

/** The part of the lines that looks like the search text. `first` and `last` are the search text's folded first and last line. */
function exactText(lines: readonly string[], first: string, last: string): string | null {
  if (lines.some((line) => line.length > lineCharsMax)) return null;
  const [head = "", ...others] = lines;
  const isOne = others.length === 0;
  const from = indexes(head).findLast((at) => {
    const rest = folded(head.slice(at));
    return isOne ? rest.startsWith(first) : rest === first;
  });
  if (from === undefined) return null;
  const tail = isOne ? head.slice(from) : (others.at(-1) ?? "");
  const end = indexes(tail).find((at) => folded(tail.slice(0, at)) === last);
  if (end === undefined) return null;
  return isOne
    ? tail.slice(0, end)
    : [head.slice(from), ...others.slice(0, -1), tail.slice(0, end)].join("\n");
}

/** The index of each character, and of the end. */
function indexes(text: string): readonly number[] {
  let at = 0;
  return [0, ...Array.from(text, (one) => (at += one.length))];
}

function differencesOf(there: string, search: string): readonly string[] {
  const [have, want] = [Array.from(there), Array.from(search)];
  const differences = new Set<string>();
  let [h, w] = [0, 0];
  while (h < have.length || w < want.length) {
    if (have[h] === want[w]) {
      h += 1;
      w += 1;
      continue;
    }
    const cluster = clusterAt(have.slice(h, h + clusterCharsMax), want.slice(w, w + clusterCharsMax));
    if (cluster === null) break;
    const [ours, theirs] = [have.slice(h, h + cluster.have), want.slice(w, w + cluster.want)];
    differences.add(`${described(ours)} where the search text has ${described(theirs)}`);
    h += cluster.have;
    w += cluster.want;
  }
  const all = [...differences];
  return all.length > differencesNamedMax ? [...all.slice(0, differencesNamedMax), "and others"] : all;
}

/** The smallest number of characters of each text that look the same. */
function clusterAt(have: readonly string[], want: readonly string[]): { have: number; want: number } | null {
  for (let sum = 1; sum <= 2 * clusterCharsMax; sum++) {
    for (let h = Math.min(sum, have.length); h >= 0; h--) {
      const w = sum - h;
      if (w > want.length) continue;
      if (folded(have.slice(0, h).join("")) === folded(want.slice(0, w).join("")))
        return { have: h, want: w };
    }
  }
  return null;
}

function described(characters: readonly string[]): string {
  if (characters.length === 0) return "nothing";
  return characters.map(describedOne).join(" ");
}

function describedOne(character: string): string {
  if (byte.test(character)) return `the byte ${shownName(character).slice(2)}`;
  const codePoint = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  const name = names[character] ?? (/[\p{M}\p{C}\p{Z}]/u.test(character) ? null : character);
  return name === null ? codePoint : `${codePoint} (${name})`;
}

/** JSON text in which every character that could be mistaken for another one is escaped. */
function escaped(text: string): string {
  return JSON.stringify(text).replaceAll(/[^ -~]/gu, (character) =>
    folded(character) === character && !/[\p{M}\p{C}\p{Z}]/u.test(character)
      ? character
      : Array.from(
          { length: character.length },
          (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
        ).join(""),
  );
}
