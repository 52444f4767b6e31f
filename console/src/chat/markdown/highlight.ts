// Asks the worker for the colours of code, and keeps those that it has given.
import type { ColorAnswer, ColoredWord, ColorRequest } from "./color-worker.ts";
import type { Language } from "./languages.ts";

export type ColoredLine = readonly ColoredWord[];

/** Beyond these the code stays in one colour. */
const coloredCharsMax = 200_000;

let worker: Worker | null = null;
const pieces = new Map<number, CodeColors>();
let lastId = 0;

function theWorker(): Worker {
  if (worker !== null) return worker;
  worker = new Worker(new URL("./color-worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }: MessageEvent<ColorAnswer>) =>
    pieces.get(data.id)?.take(data),
  );
  return worker;
}

/** The colours of one piece of code that may still grow. */
export class CodeColors {
  readonly #id: number;
  readonly #language: Language;
  readonly #onLines: () => void;
  #lines: readonly ColoredLine[] = [];
  #text = "";

  /** @param onLines called when more lines are coloured */
  constructor(language: Language, onLines: () => void) {
    lastId += 1;
    this.#id = lastId;
    this.#language = language;
    this.#onLines = onLines;
    pieces.set(this.#id, this);
  }

  close(): void {
    pieces.delete(this.#id);
  }

  /** The lines that are coloured: those at the beginning of `text`. */
  linesOf(text: string): readonly ColoredLine[] {
    return text.startsWith(this.#text) ? this.#lines : [];
  }

  /** @param isWhole nothing more is written to it */
  ask(text: string, isWhole: boolean): void {
    if (text.length > coloredCharsMax || text === this.#text) return;
    const request: ColorRequest = { id: this.#id, language: this.#language, text, is_whole: isWhole };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin to name
    theWorker().postMessage(request);
  }

  take({ from, lines, text }: ColorAnswer): void {
    this.#lines = [...this.#lines.slice(0, from), ...lines];
    this.#text = text;
    this.#onLines();
  }
}
