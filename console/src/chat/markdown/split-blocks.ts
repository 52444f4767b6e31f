// Splits Markdown into blocks that can be rendered one by one. While text is appended, only the last blocks change.

export interface MarkdownBlock {
  /** `code` is a fence at the top level: its text is the code alone. */
  readonly type: "markdown" | "code";
  readonly text: string;
  /** What stands behind the opening fence; empty for other blocks. */
  readonly info: string;
  /** Where it begins in the whole text. */
  readonly start: number;
  /** Of a code block: its closing fence is there. */
  readonly closed: boolean;
}

const FENCE = /^( {0,3})(`{3,}|~{3,})([^\n]*)$/;
const LIST_ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:\s|$)/;
const HEADING = /^ {0,3}#{1,6}(?:\s|$)/;
const FOOTNOTE = /^\[\^[^\]\s]+\]:/;
const MATHS = /^\s{0,3}\$\$/;

/**
 * @param text the whole text
 * @param before the blocks of a beginning of this text: all but the last two are taken over as they are
 */
export function splitBlocks(text: string, before: readonly MarkdownBlock[] = []): readonly MarkdownBlock[] {
  // The boundary before the last block may still move: a list can go on behind a blank line.
  const kept = before.slice(0, -2);
  const from = before.at(kept.length)?.start ?? 0;
  return [...kept, ...new Splitter(text, from).blocks()];
}

/** Reads the text line by line. One object for one pass. */
class Splitter {
  readonly #found: MarkdownBlock[] = [];
  readonly #text: string;
  #at: number;
  #start: number;
  #isBlankBefore = false;
  /** The fence or maths that is open inside of the block at hand. */
  #inner: string | null = null;

  constructor(text: string, from: number) {
    this.#text = text;
    this.#at = from;
    this.#start = from;
  }

  blocks(): readonly MarkdownBlock[] {
    while (this.#at < this.#text.length) this.#takeLine();
    this.#endBlock(this.#text.length);
    return this.#found;
  }

  #takeLine(): void {
    const end = this.#lineEnd(this.#at);
    const line = this.#text.slice(this.#at, end);
    if (this.#inner !== null) this.#insideLine(line);
    else if (line.trim() === "") this.#isBlankBefore = true;
    else if (this.#isFenceHere(line)) return this.#takeFence();
    else this.#textLine(line);
    this.#at = end + 1;
  }

  #textLine(line: string): void {
    const isEmpty = this.#text.slice(this.#start, this.#at).trim() === "";
    if (!isEmpty && this.#beginsBlock(line)) this.#endBlock(this.#at);
    this.#isBlankBefore = false;
    const fence = FENCE.exec(line.trimStart());
    if (fence?.[2] !== undefined) this.#inner = fence[2];
    else if (MATHS.test(line) && !/\$\$\s*$/.test(line.trim().slice(2))) this.#inner = "$$";
  }

  #beginsBlock(line: string): boolean {
    if (HEADING.test(line)) return true;
    if (!this.#isBlankBefore) return false;
    const first = this.#text.slice(this.#start, this.#lineEnd(this.#start));
    if (LIST_ITEM.test(first)) return !LIST_ITEM.test(line) && !/^(?: {2,}|\t)/.test(line);
    if (FOOTNOTE.test(first)) return !/^(?: {2,}|\t)/.test(line);
    return !/^(?: {4,}|\t)/.test(line);
  }

  #insideLine(line: string): void {
    const inner = this.#inner ?? "";
    const bare = line.trim();
    if (inner === "$$" ? bare.endsWith("$$") : closes(bare, inner)) this.#inner = null;
  }

  /** A fence that belongs to a list stays part of the list. */
  #isFenceHere(line: string): boolean {
    const fence = FENCE.exec(line);
    if (fence === null || (fence[2]?.startsWith("`") === true && fence[3]?.includes("`") === true))
      return false;
    const first = this.#text.slice(this.#start, this.#lineEnd(this.#start));
    return fence[1] === "" || !LIST_ITEM.test(first);
  }

  #takeFence(): void {
    this.#endBlock(this.#at);
    const start = this.#at;
    const opening = FENCE.exec(this.#text.slice(start, this.#lineEnd(start)));
    const [indent = "", fence = "", info = ""] = opening?.slice(1) ?? [];
    const lines: string[] = [];
    let closed = false;
    this.#at = this.#lineEnd(start) + 1;
    while (this.#at < this.#text.length && !closed) {
      const end = this.#lineEnd(this.#at);
      const line = this.#text.slice(this.#at, end);
      closed = closes(line.trim(), fence) && /^ {0,3}\S/.test(line);
      // A fence that is being typed would be shown as code for a moment.
      const isHalfFence = end === this.#text.length && isBeginningOf(line.trim(), fence);
      if (!closed && !isHalfFence) lines.push(unindented(line, indent.length));
      this.#at = end + 1;
    }
    const text = lines.join("\n");
    this.#found.push({ type: "code", text, info: info.trim(), start, closed });
    this.#start = Math.min(this.#at, this.#text.length);
    this.#isBlankBefore = false;
  }

  #endBlock(end: number): void {
    const raw = this.#text.slice(this.#start, end);
    const text = raw.replace(/^(?:[ \t]*\n)+/, "").replace(/\s+$/, "");
    if (text !== "") this.#found.push({ type: "markdown", text, info: "", start: this.#start, closed: true });
    this.#start = end;
    this.#isBlankBefore = false;
  }

  #lineEnd(from: number): number {
    const end = this.#text.indexOf("\n", from);
    return end === -1 ? this.#text.length : end;
  }
}

function closes(line: string, fence: string): boolean {
  const mark = fence[0] ?? "`";
  return line.length >= fence.length && line === mark.repeat(line.length);
}

function isBeginningOf(line: string, fence: string): boolean {
  return line !== "" && line.length < fence.length && fence.startsWith(line);
}

function unindented(line: string, indent: number): string {
  let cut = 0;
  while (cut < indent && line[cut] === " ") cut += 1;
  return line.slice(cut);
}

/** Definitions of links and footnotes: blocks that use them are rendered together with them. */
export function definitionsIn(text: string): string {
  if (!text.includes("]:")) return "";
  return (text.match(/^ {0,3}\[[^\]\n^][^\]\n]*\]:[ \t]*\S[^\n]*$/gm) ?? []).join("\n");
}
