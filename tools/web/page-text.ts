// Turns HTML into text that a model reads: headings, lists, links and tables keep a mark, scripts and styles go. It works in small
// pieces, so that no page, however hostile, holds the event loop.
import { setImmediate as nextTurn } from "node:timers/promises";
import { Parser } from "htmlparser2";

export interface PageText {
  readonly title: string | null;
  readonly text: string;
  /** The page has more, or is nested deeper, than is read. */
  readonly cut: boolean;
}

/** Characters of text. A page with more is a book, and links may make the text longer than the page. */
const textCharsMax = 1_000_000;
/** Elements inside each other. Real pages have dozens; each closing tag may have to look through all of them. */
const depthMax = 1_000;
/** What is parsed at once, and how long the event loop waits for it at most. */
const pieceChars = 8 * 1024;
const sliceMs = 10;
const titleCharsMax = 500;
const linkCharsMax = 1_000;

const SKIPPED: ReadonlySet<string> = new Set(
  "script style noscript template svg math iframe object embed canvas audio video select datalist".split(" "),
);
const BLOCKS: ReadonlySet<string> = new Set(
  (
    "address article aside blockquote body dd details dialog div dl dt fieldset figcaption figure footer form header hgroup hr " +
    "html legend li main menu nav ol p pre section summary table tbody tfoot thead tr ul"
  ).split(" "),
);
const HEADING = /^h[1-6]$/;

/** @param base the page's address, for its links */
export async function pageText(html: string, base: URL, signal: AbortSignal): Promise<PageText> {
  const writer = new TextWriter(base);
  const parser = new Parser(writer);
  let sliceBegan = performance.now();
  let at = 0;
  while (at < html.length && !writer.isFull) {
    parser.write(html.slice(at, at + pieceChars));
    at += pieceChars;
    if (performance.now() - sliceBegan < sliceMs) continue;
    await nextTurn();
    signal.throwIfAborted();
    sliceBegan = performance.now();
  }
  if (!writer.isFull) parser.end();
  return writer.finish();
}

/** Gets what the parser finds, in the order of the page. */
class TextWriter {
  readonly #base: URL;
  readonly #pieces: string[] = [];
  #chars = 0;
  #depth = 0;
  /** Elements whose text is not shown, from the outermost on. */
  #skipped = 0;
  #inTitle = false;
  #title = "";
  /** Of several titles the first one counts. */
  #isNamed = false;
  #pre = 0;
  /** Line ends and a space that are due before the next word. */
  #breaks = 0;
  #space = false;
  #href: string | null = null;
  #tag = "";
  isFull = false;

  constructor(base: URL) {
    this.#base = base;
  }

  onopentagname(name: string): void {
    this.#depth += 1;
    if (this.#depth > depthMax) this.isFull = true;
    this.#tag = name;
    // The parser knows the title of a page even where its head is missing.
    if (name === "title") {
      this.#inTitle = true;
      this.#isNamed ||= this.#title !== "";
    }
    if (SKIPPED.has(name)) this.#skipped += 1;
    if (this.#skipped > 0) return;
    if (name === "br") this.#breaks += 1;
    else if (BLOCKS.has(name) || HEADING.test(name)) this.#breaks = Math.max(this.#breaks, gapOf(name));
    if (name === "pre") this.#pre += 1;
    if (name === "li") this.#mark("- ");
    else if (HEADING.test(name)) this.#mark(`${"#".repeat(Number(name[1]))} `);
    else if (name === "td" || name === "th") this.#mark("| ");
    if (name === "a") this.#href = null;
  }

  onattribute(name: string, value: string): void {
    if (this.#skipped > 0) return;
    if (this.#tag === "a" && name === "href") this.#href = this.#linkOf(value);
    if (this.#tag === "img" && name === "alt" && value.trim() !== "") {
      this.#write(`[image: ${oneLine(value.slice(0, linkCharsMax))}]`);
    }
  }

  onclosetag(name: string): void {
    this.#depth -= 1;
    if (name === "title") this.#inTitle = false;
    if (SKIPPED.has(name)) {
      this.#skipped -= 1;
      return;
    }
    if (this.#skipped > 0) return;
    if (name === "a" && this.#href !== null) {
      this.#space = false;
      this.#write(` (${this.#href})`);
      this.#href = null;
    }
    if (name === "pre") this.#pre -= 1;
    if (BLOCKS.has(name) || HEADING.test(name)) this.#breaks = Math.max(this.#breaks, gapOf(name));
    else if (name === "td" || name === "th") this.#space = true;
  }

  ontext(text: string): void {
    if (this.#inTitle && !this.#isNamed && this.#title.length < titleCharsMax)
      this.#title += text.slice(0, titleCharsMax);
    if (this.#skipped > 0 || this.#inTitle) return;
    if (this.#pre > 0) return this.#write(text);
    const words = text.replaceAll(/[ \t\n\r\f]+/g, " ");
    if (words === " " || words === "") {
      this.#space ||= words === " ";
      return;
    }
    if (words.startsWith(" ")) this.#space = true;
    const trimmed = words.trim();
    this.#write(trimmed);
    this.#space = words.endsWith(" ");
  }

  finish(): PageText {
    const title = oneLine(this.#title).slice(0, titleCharsMax);
    const text = this.#pieces.join("").slice(0, textCharsMax);
    return { title: title === "" ? null : title, text, cut: this.isFull };
  }

  /** Begins what follows, such as an item of a list. */
  #mark(mark: string): void {
    this.#write(mark);
    this.#space = false;
  }

  #write(text: string): void {
    if (this.isFull) return;
    const isFirst = this.#pieces.length === 0;
    const gap = this.#breaks > 0 ? "\n".repeat(Math.min(this.#breaks, 2)) : this.#space ? " " : "";
    const piece = isFirst ? text : `${gap}${text}`;
    this.#breaks = 0;
    this.#space = false;
    this.#pieces.push(piece);
    this.#chars += piece.length;
    if (this.#chars > textCharsMax) this.isFull = true;
  }

  /** Links inside the page, and those that only a browser follows, say nothing to a model. */
  #linkOf(href: string): string | null {
    if (href.length > linkCharsMax || href.startsWith("#")) return null;
    const url = URL.parse(href, this.#base.href);
    if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return null;
    return url.href.length > linkCharsMax ? null : url.href;
  }
}

/** Line ends around a block: an empty line around paragraphs, none between items and rows. */
function gapOf(name: string): number {
  return name === "li" || name === "tr" || name === "dt" || name === "dd" ? 1 : 2;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
