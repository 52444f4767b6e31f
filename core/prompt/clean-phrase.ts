// Core is pure: a title or a summary out of what a model has answered (SPEC M1, M2).
import { titleCharsMax } from "../chat/limits.ts";

/** What small models put around a phrase they were asked for. */
const THOUGHTS = /<think(?:ing)?>[^]*?(?:<\/think(?:ing)?>|$)/giu;
const LABEL = /^(?:chat |turn )?(?:title|summary)\s*[:：-]\s*/iu;
/** Control characters, and those that turn the direction of everything after them. */
const UNSEEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
const OPENING = /^["'`“”„‚‘’«»‹›「『*_#\s-]+/u;
const CLOSING = /["'`“”„‚‘’«»‹›」』*_\s.,:;!…。，、-]+$/u;

/**
 * The first line of `text` as a phrase: without quotes, mark-up and closing punctuation, at most `wordsMax` words and 80
 * characters. Null: there is none, or it is twice as long as a phrase, an answer to the message instead of its name.
 */
export function cleanPhrase(text: string, wordsMax: number): string | null {
  const lines = withoutThoughts(text).split(/[\r\n]+/u);
  const phrase = lines.map(bare).find((line) => line !== "");
  if (phrase === undefined) return null;
  const words = phrase.split(" ");
  if (words.length > 2 * wordsMax) return null;
  const cut = [...words.slice(0, wordsMax).join(" ")].slice(0, titleCharsMax).join("");
  return cut.replace(CLOSING, "").toWellFormed();
}

/** What a model wrote without what it thought aloud on the way, between tags. */
export function withoutThoughts(text: string): string {
  return text.replace(THOUGHTS, "");
}

function bare(line: string): string {
  const seen = line.replace(UNSEEN, " ").replace(/\s+/gu, " ").trim();
  const unlabelled = seen.replace(OPENING, "").replace(LABEL, "");
  return unlabelled.replace(OPENING, "").replace(CLOSING, "");
}
