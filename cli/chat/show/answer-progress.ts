// What of the answer being written has been printed. A terminal takes nothing back, so an answer that begins again goes on
// where the printed text still holds, and says so where it does not.
import type { DraftPart, Part } from "../../../client/index.ts";
import { cleanLine, cleanText } from "../text/clean.ts";
import { MarkdownPrinter } from "../text/markdown.ts";
import { type Span, styled, wrapSpans } from "../text/style.ts";

export type ShownPart = Part | DraftPart;

interface PrintedPart {
  readonly type: string;
  /** What has been fed to the printer. */
  text: string;
  readonly printer: MarkdownPrinter;
  isEnded: boolean;
}

const WITHDRAWN = [styled("dim", "(What you see above was taken back: this attempt was not kept.)")];

export class AnswerProgress {
  readonly #columns: () => number;
  #parts: PrintedPart[] = [];

  constructor(columns: () => number) {
    this.#columns = columns;
  }

  /** Gives the lines that are finished by this state of the answer. */
  update(content: readonly ShownPart[], isFinal: boolean): Span[][] {
    const parts = content.filter((part) => !isEmpty(part));
    const lines: Span[][] = [];
    for (const [i, part] of parts.entries()) {
      lines.push(...this.#part(i, part, isFinal));
      if (isFinal || i < parts.length - 1) lines.push(...this.#end(i));
    }
    if (isFinal) {
      if (this.#parts.length > parts.length) lines.push(WITHDRAWN);
      this.#parts = [];
    }
    return lines;
  }

  /** What is not finished yet. */
  live(): Span[][] {
    const last = this.#parts.at(-1);
    if (last === undefined || last.isEnded) return [];
    return last.type === "reasoning" ? dimmed(last.printer.live(), this.#columns()) : last.printer.live();
  }

  #part(i: number, part: ShownPart, isFinal: boolean): Span[][] {
    const text = textOf(part);
    const printed = this.#parts[i];
    const fits = printed === undefined || (printed.type === part.type && text.startsWith(printed.text));
    // A new attempt may still reach what is shown.
    if (!fits && !isFinal && printed.type === part.type && printed.text.startsWith(text)) return [];
    const lines = fits ? [] : [WITHDRAWN];
    if (!fits) this.#parts = this.#parts.slice(0, i);
    const place = this.#parts[i] ?? this.#begin(part.type);
    if (place.isEnded && text.length > place.text.length) return lines;
    const fresh = place.printer.feed(text.slice(place.text.length));
    place.text = text;
    return [...lines, ...(part.type === "reasoning" ? dimmed(fresh, this.#columns()) : fresh)];
  }

  #begin(type: string): PrintedPart {
    const place: PrintedPart = {
      type,
      text: "",
      printer: new MarkdownPrinter(this.#columns),
      isEnded: false,
    };
    this.#parts.push(place);
    return place;
  }

  #end(i: number): Span[][] {
    const place = this.#parts[i];
    if (place === undefined || place.isEnded) return [];
    place.isEnded = true;
    const lines = place.printer.end();
    return place.type === "reasoning" ? dimmed(lines, this.#columns()) : lines;
  }
}

function isEmpty(part: ShownPart): boolean {
  return (part.type === "text" || part.type === "reasoning") && part.text === "";
}

/** Calls are told with their results, so here they have no text. */
function textOf(part: ShownPart): string {
  if (part.type === "text" || part.type === "reasoning") return part.text;
  if (part.type === "source") return `Source: ${cleanLine(part.title)} ${cleanLine(part.url)}\n`;
  if (part.type === "file") return `File: ${cleanLine(part.name)} (${cleanLine(part.media_type)})\n`;
  if (part.type === "tool-output") return cleanText(part.text);
  return "";
}

function dimmed(lines: readonly (readonly Span[])[], columns: number): Span[][] {
  const bar = [styled("dim", "┊ ")];
  return lines.flatMap((line) => {
    const spans = line.map(({ text }) => styled("dim", text));
    return wrapSpans(spans, { columns, first: bar, rest: bar });
  });
}
