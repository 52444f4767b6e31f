// Makes the first title of a chat from its first message (SPEC M1).
import { titleCharsMax, titleWordsMax } from "../chat/limits.ts";
import type { InputPart } from "../part/part.ts";

/** Of a chat without a word in it. */
export const UNTITLED = "New chat";

/** The first six words, at most 80 characters; "New chat" when there are none. */
export function titleFromContent(content: readonly InputPart[]): string {
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join(" ");
  // Postgres refuses U+0000 in text, and other control characters only break terminals and lists.
  const words = text
    .replace(/\p{Cc}+/gu, " ")
    .trim()
    .split(/\s+/u)
    .slice(0, titleWordsMax);
  const title = [...words.join(" ")].slice(0, titleCharsMax).join("").trim();
  return title === "" ? UNTITLED : title.toWellFormed();
}
