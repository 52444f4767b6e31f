// Extracts a title or a summary from what a model answered (SPEC M1, M2).
import { titleCharsMax } from "../chat/limits.ts";

/** What small models put around a phrase. */
const THOUGHTS = /<think(?:ing)?>[^]*?(?:<\/think(?:ing)?>|$)/giu;
const LABEL = /^(?:chat |turn )?(?:title|summary)\s*[:：-]\s*/iu;
/** Control characters, and characters that change the direction of everything after them. */
const UNSEEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;
const OPENING = /^["'`“”„‚‘’«»‹›「『*_#\s-]+/u;
const CLOSING = /["'`“”„‚‘’«»‹›」』*_\s.,:;!…。，、-]+$/u;

/**
 * The first line of `text` as a phrase: without quotes, mark-up and closing punctuation, at most `wordsMax` words and
 * 80 characters. Null if there is none, or if it is more than twice as long: then the model answered the message
 * instead of naming it.
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

/** What a model wrote, without what it thought aloud between tags. */
export function withoutThoughts(text: string): string {
  return text.replace(THOUGHTS, "");
}

function bare(line: string): string {
  const seen = line.replace(UNSEEN, " ").replace(/\s+/gu, " ").trim();
  const unlabelled = seen.replace(OPENING, "").replace(LABEL, "");
  return unlabelled.replace(OPENING, "").replace(CLOSING, "");
}
