// Writes a part of a user or system message as text that a model reads.
import type { FilePart, Part } from "../../core/part/part.ts";

/** The part as text; "" for parts that tell a model nothing. */
export function userText(part: Part): string {
  switch (part.type) {
    case "text":
      return part.text.toWellFormed();
    case "file-reference": {
      const place = `${part.file_name}, lines ${part.start_line} to ${part.end_line}`;
      return `From ${place}:\n${fenced(part.content.toWellFormed())}`;
    }
    case "file":
      return namedFile(part);
    default:
      return "";
  }
}

/** A file by its name, with words about it. */
export function namedFile({ name, media_type }: FilePart, words = ""): string {
  return `[Attached file: ${name.toWellFormed()} (${media_type})${words}]`;
}

/** Fences longer than any in the content, so that the content cannot end them. */
export function fenced(content: string): string {
  const longest = Math.max(2, ...[...content.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${content}\n${fence}`;
}
