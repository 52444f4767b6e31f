// Explains, code point by code point, why a text does not match one that looks the same: other spaces or quotes, composed or decomposed
// letters, invisible characters, bytes of another encoding. It only explains; edits never match loosely. Pure.
import { shownName } from "../place/raw-names.ts";

/** How many lines are looked at. A hint is not worth more time. */
export const linesComparedMax = 20_000;
/** Longer texts are not compared character by character, which takes some microseconds for each. */
const comparedCharsMax = 5_000;
/** What looks the same and is written differently is this long together at most: a letter with its marks, twice. */
const clusterCharsMax = 32;
/** Longer texts are not repeated in a hint. */
const exactCharsMax = 2_000;
const differencesNamedMax = 3;

const invisible = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;
const singleQuotes = /[\u2018-\u201b\u2032\u00b4`]/g;
const doubleQuotes = /[\u201c-\u201f\u2033]/g;
const dashes = /[\u2010-\u2015\u2212]/g;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
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

/** A hint about the first place that looks like `search` but differs; null if there is none. Both texts encode bytes as raw-names.ts does. */
export function explainLookAlike(text: string, search: string): string | null {
  const lines = text.split("\n", linesComparedMax);
  const [have, want] = [lines, search.split("\n")].map((each) => each.map(folded).join("\n")) as [
    string,
    string,
  ];
  const found = want.trim() === "" ? -1 : have.indexOf(want);
  if (found < 0) return null;
  const line = have.slice(0, found).split("\n").length;
  const there = lines.slice(line - 1, line - 1 + want.split("\n").length).join("\n");
  const exact = there.length > comparedCharsMax ? null : exactText(clustersOf(there), want);
  if (exact === null) return `Line ${line} looks the same, but has other characters.`;
  const differences = differencesOf(exact, search);
  const words = `Line ${line} looks the same, but has other characters: ${differences.join("; ")}.`;
  if (byte.test(exact)) {
    return `${words} The line is not UTF-8, perhaps Latin-1 or Windows-1252: such bytes cannot be searched for. Search for the text around them, or change the line with a command.`;
  }
  if (exact.length > exactCharsMax)
    return `${words} Read the lines from there on again and copy them exactly.`;
  return `${words} The text as it stands there, to be copied as the search text: ${escaped(exact)}`;
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

/** What is seen as one character each; invisible characters by themselves. */
function clustersOf(text: string): readonly string[] {
  return text
    .split(new RegExp(`(${invisible.source})`))
    .flatMap((piece) => Array.from(graphemes.segment(piece), ({ segment }) => segment));
}

/** The part that looks like `want`, which is folded; null if it begins or ends within a character. */
function exactText(clusters: readonly string[], want: string): string | null {
  const looks = clusters.map(folded);
  // For each character of the folded text, the cluster that it comes from.
  const owners = looks.flatMap((look, index) => Array<number>(look.length).fill(index));
  const at = looks.join("").lastIndexOf(want);
  const [first = 0, last = 0] = [owners[at], owners[at + want.length - 1]];
  if (at < 0 || owners[at - 1] === first || owners[at + want.length] === last) return null;
  return clusters.slice(first, last + 1).join("");
}

function differencesOf(there: string, search: string): readonly string[] {
  const [have, want] = [clustersOf(there), clustersOf(search)];
  const differences = new Set<string>();
  for (let [h, w] = [0, 0]; h < have.length || w < want.length; ) {
    if (differences.size > differencesNamedMax) break;
    if (have[h] === want[w]) {
      h += 1;
      w += 1;
      continue;
    }
    let [ours, theirs] = ["", ""];
    if (folded(want[w] ?? " ") === "") theirs = want[w++] ?? "";
    else {
      do {
        // The text that shows less so far goes on, until both look the same.
        const isBehind = folded(ours).length <= folded(theirs).length;
        if (h < have.length && (isBehind || w >= want.length)) ours += have[h++] ?? "";
        else theirs += want[w++] ?? "";
      } while (
        folded(ours) !== folded(theirs) &&
        ours.length + theirs.length < clusterCharsMax &&
        (h < have.length || w < want.length)
      );
    }
    differences.add(`${described(ours)} where the search text has ${described(theirs)}`);
  }
  const all = [...differences];
  return all.length > differencesNamedMax ? [...all.slice(0, differencesNamedMax), "and others"] : all;
}

function described(text: string): string {
  return text === "" ? "nothing" : Array.from(text, describedOne).join(" ");
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
