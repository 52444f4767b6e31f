// The line that is being typed, as a value: what a key makes of it, and where the cursor is. Pure.

export interface Key {
  /** Such as `left`, `return`, `a`; undefined for what is only text. */
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
  /** What the key writes. */
  readonly text?: string | undefined;
}

export interface Edit {
  readonly text: string;
  /** In UTF-16 units. */
  readonly cursor: number;
  /** Inside a bracketed paste, Enter is a character like any other. */
  readonly isPasting: boolean;
}

export const EMPTY_EDIT: Edit = { text: "", cursor: 0, isPasting: false };

/** What came of a key, beside the change of the line. */
export type EditOutcome = { readonly edit: Edit; readonly submitted?: string };

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export function editWith(text: string): Edit {
  return { text, cursor: text.length, isPasting: false };
}

export function pressKey(edit: Edit, key: Key): EditOutcome {
  if (key.name === "paste-start") return { edit: { ...edit, isPasting: true } };
  if (key.name === "paste-end") return { edit: { ...edit, isPasting: false } };
  const isEnter = key.name === "return" || key.name === "enter";
  if (isEnter && !edit.isPasting && key.meta !== true) return entered(edit);
  if (isEnter) return { edit: inserted(edit, "\n") };
  if (key.ctrl === true) return { edit: controlled(edit, key.name ?? "") };
  if (key.meta === true) return { edit: moved(edit, key.name ?? "", true) };
  const next = moved(edit, key.name ?? "", false);
  if (next !== edit || key.text === undefined) return { edit: next };
  return { edit: inserted(edit, printable(key.text)) };
}

/** A backslash at the end means that the message goes on. */
function entered(edit: Edit): EditOutcome {
  if (edit.cursor === edit.text.length && edit.text.endsWith("\\")) {
    const text = `${edit.text.slice(0, -1)}\n`;
    return { edit: { ...edit, text, cursor: text.length } };
  }
  return edit.text.trim() === "" ? { edit } : { edit: EMPTY_EDIT, submitted: edit.text };
}

function inserted(edit: Edit, text: string): Edit {
  const { cursor } = edit;
  return {
    ...edit,
    text: edit.text.slice(0, cursor) + text + edit.text.slice(cursor),
    cursor: cursor + text.length,
  };
}

// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu;

function printable(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll("\r", "\n").replaceAll(CONTROLS, "");
}

/** The habits of Emacs and readline. */
function controlled(edit: Edit, name: string): Edit {
  const { text, cursor } = edit;
  switch (name) {
    case "a":
      return { ...edit, cursor: lineStart(text, cursor) };
    case "e":
      return { ...edit, cursor: lineEnd(text, cursor) };
    case "b":
      return moved(edit, "left", false);
    case "f":
      return moved(edit, "right", false);
    case "j":
      return inserted(edit, "\n");
    case "h":
      return moved(edit, "backspace", false);
    case "u":
      return cut(edit, lineStart(text, cursor), cursor);
    case "k":
      return cut(edit, cursor, lineEnd(text, cursor));
    case "w":
      return cut(edit, wordLeft(text, cursor), cursor);
    case "left":
      return { ...edit, cursor: wordLeft(text, cursor) };
    case "right":
      return { ...edit, cursor: wordRight(text, cursor) };
    default:
      return edit;
  }
}

/** @param byWord Alt: the same by words */
function moved(edit: Edit, name: string, byWord: boolean): Edit {
  const { text, cursor } = edit;
  // Found only where they are wanted: each letter of a long paste comes here.
  const before = () => (byWord ? wordLeft(text, cursor) : charLeft(text, cursor));
  const behind = () => (byWord ? wordRight(text, cursor) : charRight(text, cursor));
  switch (name) {
    case "left":
    case "b":
      return name === "b" && !byWord ? edit : { ...edit, cursor: before() };
    case "right":
    case "f":
      return name === "f" && !byWord ? edit : { ...edit, cursor: behind() };
    case "backspace":
      return cut(edit, before(), cursor);
    case "delete":
      return cut(edit, cursor, behind());
    case "home":
      return { ...edit, cursor: lineStart(text, cursor) };
    case "end":
      return { ...edit, cursor: lineEnd(text, cursor) };
    default:
      return edit;
  }
}

function cut(edit: Edit, from: number, to: number): Edit {
  return { ...edit, text: edit.text.slice(0, from) + edit.text.slice(to), cursor: from };
}

/** No character goes on behind the end of a line, so that one line is enough to look at. */
function charLeft(text: string, cursor: number): number {
  const last = [...graphemes.segment(text.slice(lineStart(text, cursor - 1), cursor))].at(-1);
  return cursor - (last?.segment.length ?? 0);
}

function charRight(text: string, cursor: number): number {
  const [first] = graphemes.segment(text.slice(cursor, lineEnd(text, cursor) + 1));
  return cursor + (first?.segment.length ?? 0);
}

const wordLeft = (text: string, cursor: number) => Math.max(0, text.slice(0, cursor).search(/\S+\s*$/u));
const wordRight = (text: string, cursor: number) =>
  cursor + (/^\s*\S+/u.exec(text.slice(cursor))?.[0].length ?? text.length - cursor);
const lineStart = (text: string, cursor: number) => text.lastIndexOf("\n", cursor - 1) + 1;
function lineEnd(text: string, cursor: number): number {
  const end = text.indexOf("\n", cursor);
  return end === -1 ? text.length : end;
}

/** Whether the arrow up or down leaves the text, to the history. */
export function leavesText({ text, cursor }: Edit, way: "up" | "down"): boolean {
  return way === "up" ? lineStart(text, cursor) === 0 : lineEnd(text, cursor) === text.length;
}

/** A line up or down, as far to the right as that line goes. */
export function movedByLine(edit: Edit, way: "up" | "down"): Edit {
  const { text, cursor } = edit;
  const start = lineStart(text, cursor);
  const column = cursor - start;
  const target = way === "up" ? lineStart(text, Math.max(0, start - 1)) : lineEnd(text, cursor) + 1;
  return { ...edit, cursor: Math.min(target + column, lineEnd(text, target)) };
}
