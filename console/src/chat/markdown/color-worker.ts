// Colours code beside the page, in a worker: the first line of a language takes hundreds of milliseconds, because its rules are
// compiled then.
import type { GrammarState, HighlighterCore } from "shiki/core";
import { createCssVariablesTheme, createHighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import type { Language } from "./languages.ts";
import { loadLanguage } from "./load-language.ts";

/** Colour what is new of a piece of code. */
export interface ColorRequest {
  /** Names the piece. */
  readonly id: number;
  readonly language: Language;
  /** All of it. Its last line is only coloured when it is whole. */
  readonly text: string;
  readonly is_whole: boolean;
}
/** A word of a line and its colour, in CSS. */
export type ColoredWord = readonly [text: string, color: string];
export interface ColorAnswer {
  readonly id: number;
  /** The number of the first of these lines, from 0. */
  readonly from: number;
  /** What stands before the end of these lines. */
  readonly text: string;
  readonly lines: readonly (readonly ColoredWord[])[];
}

interface Piece {
  readonly text: string;
  readonly lines: number;
  readonly state: GrammarState | undefined;
}

const linesAtOnce = 100;
const lineCharsMax = 2_000;
/** Pieces of which the worker knows how to go on. */
const piecesMax = 60;
const pieces = new Map<number, Piece>();
const none: Piece = { text: "", lines: 0, state: undefined };

const highlighter = createHighlighterCore({
  themes: [createCssVariablesTheme({ name: "everturn", variablePrefix: "--code-" })],
  langs: [],
  engine: createJavaScriptRegexEngine({ forgiving: true }),
});

/** One after the other, so that the lines of a piece come in their order. */
let work: Promise<unknown> = Promise.resolve();
self.addEventListener("message", ({ data }: MessageEvent<ColorRequest>) => {
  work = work.then(() => color(data)).catch(() => undefined);
});

async function color(request: ColorRequest): Promise<void> {
  const shiki = await highlighter;
  if (!shiki.getLoadedLanguages().includes(request.language))
    await shiki.loadLanguage(await loadLanguage(request.language));
  let known = pieces.get(request.id) ?? none;
  if (!request.text.startsWith(known.text)) known = none;
  for (;;) {
    const next = colorLines(shiki, request, known);
    if (next === null) return;
    known = next;
    pieces.delete(request.id);
    pieces.set(request.id, known);
    const [oldest] = pieces.keys();
    if (pieces.size > piecesMax && oldest !== undefined) pieces.delete(oldest);
  }
}

/** Colours the next lines and sends them. Null: there are none, or they cannot be coloured. */
function colorLines(shiki: HighlighterCore, request: ColorRequest, known: Piece): Piece | null {
  const { id, language, text, is_whole } = request;
  if (known.text.length >= text.length) return null;
  const rest = text.slice(known.text.length).split("\n");
  const ready = (is_whole ? rest : rest.slice(0, -1)).slice(0, linesAtOnce);
  if (ready.length === 0 || ready.some((line) => line.length > lineCharsMax)) return null;
  const result = shiki.codeToTokens(ready.join("\n"), {
    lang: language,
    theme: "everturn",
    tokenizeTimeLimit: 0,
    ...(known.state !== undefined && { grammarState: known.state }),
  });
  const lines = result.tokens.map((line) =>
    line.map((token): ColoredWord => [token.content, token.color ?? ""]),
  );
  const isEnd = is_whole && ready.length === rest.length;
  const whole = known.text + ready.join("\n") + (isEnd ? "" : "\n");
  const answer: ColorAnswer = { id, from: known.lines, text: whole, lines };
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin to name
  self.postMessage(answer);
  return { text: whole, lines: known.lines + lines.length, state: result.grammarState };
}
