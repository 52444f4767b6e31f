// What a file may be called: one name that no system takes for a path, and that shows what it is.
import { fileNameCharsMax } from "../chat/limits.ts";

/** Characters that end lines, hide, or turn the reading direction, so that `exe.txt` could be `txt.exe`. */
const UNSEEN = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

/** Why a file cannot have this name, to complete "the name …"; null if it can. */
export function fileNameFault(name: string): string | null {
  if (name.trim() === "") return "must not be empty";
  if (name.length > fileNameCharsMax) return `may have at most ${fileNameCharsMax} characters`;
  if (/[/\\]/.test(name) || name === "." || name === "..") return "must be a name without a path";
  if (UNSEEN.test(name) || !name.isWellFormed()) return "must have no control characters";
  return null;
}

/** A name that a file can have, made from one that came from elsewhere, such as the last part of a path. */
export function mendedFileName(name: string, otherwise: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? "";
  const seen = [...last.toWellFormed()].filter((character) => !UNSEEN.test(character)).join("");
  const short = seen.slice(0, fileNameCharsMax).toWellFormed().trim();
  return fileNameFault(short) === null ? short : otherwise;
}
