// Describes the place in a file that is most like a search text that did not match. Texts encode bytes as raw-names.ts does. Pure.
import { quoted as quotedText } from "../../../../core/text/quoted.ts";
import { shownName } from "../place/raw-names.ts";
import { explainLookAlike, linesComparedMax } from "./look-alikes.ts";

/** How many characters of a line are compared. A hint is not worth more time. */
const charsComparedMax = 160;
/** Lines that are less similar are not offered. */
const similarityMin = 0.5;

const readAgain = "Read the file again and copy the text exactly, without line numbers.";

function quoted(line: string): string {
  return quotedText(shownName(line));
}

/** A sentence or two for the hint of an edit that did not match. */
export function describeNearest(text: string, search: string): string {
  if (shownName(text) !== text && shownName(text).includes(search)) {
    return "The file has bytes there that are not UTF-8 and are only shown as \\xHH: they cannot be searched for. Search for the text around them, or change the file with a command.";
  }
  const lookAlike = explainLookAlike(text, search);
  if (lookAlike !== null) return lookAlike;
  const lines = text.split("\n", linesComparedMax);
  const wanted = trimEmpty(search.split("\n"));
  const first = wanted[0];
  if (first === undefined) return `The search text holds white space only. ${readAgain}`;
  const run = longestRun(lines, wanted);
  if (run.length === wanted.length) {
    return `Line ${run.at + 1} differs in white space only: ${quoted(lines[run.at] ?? "")}. Copy indentation and line breaks exactly.`;
  }
  if (run.length > 0) {
    const [line, expected] = [lines[run.at + run.length], wanted[run.length] ?? ""];
    const there = line === undefined ? "the file ends" : `line ${run.at + run.length + 1} is ${quoted(line)}`;
    return `Line ${run.at + 1} fits, but then ${there} where the search text has ${quoted(expected)}.`;
  }
  const nearest = nearestLine(lines, wanted);
  return nearest === null
    ? `Nothing in the file is like it. ${readAgain}`
    : `The nearest line is ${nearest + 1}: ${quoted(lines[nearest] ?? "")}. ${readAgain}`;
}

function trimEmpty(lines: readonly string[]): readonly string[] {
  const isText = (line: string) => line.trim() !== "";
  const from = lines.findIndex(isText);
  return from < 0 ? [] : lines.slice(from, lines.findLastIndex(isText) + 1);
}

/** A line with its white space reduced to single blanks, and none at its ends. */
function squeezed(line: string): string {
  return line.replaceAll(/\s+/g, " ").trim();
}

/** The place where the longest run of wanted lines, from the first on, is found. White space is ignored. */
function longestRun(lines: readonly string[], wanted: readonly string[]): { at: number; length: number } {
  const have = lines.map(squeezed);
  const want = wanted.map(squeezed);
  let best = { at: 0, length: 0 };
  for (let at = have.indexOf(want[0] ?? ""); at >= 0; at = have.indexOf(want[0] ?? "", at + 1)) {
    let length = 1;
    while (length < want.length && have[at + length] === want[length]) length += 1;
    if (length > best.length) best = { at, length };
    if (best.length === want.length) break;
  }
  return best;
}

/** Index of the line that is most like the longest wanted line. */
function nearestLine(lines: readonly string[], wanted: readonly string[]): number | null {
  const telling = wanted.map(comparable).reduce((a, b) => (b.length > a.length ? b : a));
  const pairs = pairsOf(telling);
  let best: { index: number; similarity: number } | null = null;
  for (const [index, line] of lines.entries()) {
    const similarity = similarityOf(comparable(line), telling, pairs);
    if (similarity >= similarityMin && similarity > (best?.similarity ?? 0)) best = { index, similarity };
  }
  return best?.index ?? null;
}

function comparable(line: string): string {
  return squeezed(line.slice(0, charsComparedMax)).toLowerCase();
}

function pairsOf(line: string): ReadonlyMap<string, number> {
  const pairs = new Map<string, number>();
  for (let at = 0; at + 1 < line.length; at++) {
    const pair = line.slice(at, at + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return pairs;
}

/** The share of pairs of neighbouring characters that two lines have in common (Dice's coefficient), 0 to 1. */
function similarityOf(line: string, wanted: string, pairs: ReadonlyMap<string, number>): number {
  const [own, other] = [line.length - 1, wanted.length - 1];
  if (own < 1 || other < 1) return line === wanted ? 1 : 0;
  // The lengths alone exclude most lines.
  if ((2 * Math.min(own, other)) / (own + other) < similarityMin) return 0;
  let common = 0;
  for (const [pair, count] of pairsOf(line)) common += Math.min(count, pairs.get(pair) ?? 0);
  return (2 * common) / (own + other);
}
