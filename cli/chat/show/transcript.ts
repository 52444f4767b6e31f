// From the state of a chat to lines: those that are finished and will never change, and those that still may.
import type { ChatView, DraftPart, Message } from "../../../client/index.ts";
import { cleanLine, cleanText } from "../text/clean.ts";
import { plain, type Span, styled, wrapSpans } from "../text/style.ts";
import { AnswerProgress } from "./answer-progress.ts";
import { callWords, type ToolCall, toolLines } from "./tool-lines.ts";

export interface ShownLines {
  readonly finished: Span[][];
  readonly live: Span[][];
}

const outputTailMax = 5;
const EDITED = [styled("dim", "— The history was changed. It goes on from here: —")];

export class Transcript {
  readonly #columns: () => number;
  readonly #answer: AnswerProgress;
  /** The newest message that was printed. */
  #last: number;
  #shownError: string | null = null;
  #todos = "";

  /** @param after messages up to this one are not printed */
  constructor(columns: () => number, after = 0) {
    this.#columns = columns;
    this.#answer = new AnswerProgress(columns);
    this.#last = after;
  }

  update(view: ChatView): ShownLines {
    const finished: Span[][] = [];
    const isCut =
      this.#last > 0 && view.messages.length > 0 && !view.messages.some(({ id }) => id === this.#last);
    const fresh = view.messages.filter(({ id }) => id > this.#last);
    if (isCut && fresh.some(({ role }) => role === "user"))
      finished.push(...this.#answer.update([], true), EDITED);
    for (const message of fresh) {
      finished.push(...this.#message(message, view));
      this.#last = message.id;
    }
    const writing = view.previews.get("")?.content;
    if (writing !== undefined && writing.size > 0)
      finished.push(...this.#answer.update(inPlace(writing), false));
    finished.push(...this.#todoLines(view), ...this.#errorLines(view));
    return { finished, live: [...this.#answer.live(), ...this.#calling(view)] };
  }

  #message(message: Message, view: ChatView): Span[][] {
    switch (message.role) {
      case "user":
        return userLines(message, this.#columns());
      case "assistant": {
        const lines = this.#answer.update(message.content, true);
        return message.interrupted ? [...lines, [styled("dim", "— stopped —")], []] : [...lines, []];
      }
      case "tool":
        return message.content.flatMap((part) => {
          if (part.type !== "tool-result") return [];
          if (part.tool_name === "chat_summarized")
            return [[styled("dim", "— Earlier messages were summarised. —")]];
          return toolLines({ call: callOf(view, part.tool_call_id), result: part, columns: this.#columns() });
        });
      case "system":
        return [];
    }
  }

  /** Calls that run, each with the end of its output. */
  #calling(view: ChatView): Span[][] {
    const columns = this.#columns();
    return [...view.previews].flatMap(([slot, { content }]) => {
      if (slot === "") return [];
      const call = callOf(view, slot);
      const head =
        call === null ? "a tool" : `${cleanLine(call.tool_name)}  ${callWords(call.tool_name, call.args)}`;
      const output = [...content.values()]
        .map((part) => (part.type === "tool-output" ? part.text : ""))
        .join("");
      const tail = cleanText(output.slice(-4_000)).trimEnd().split("\n").slice(-outputTailMax);
      return [
        ...wrapSpans([styled("bold", "● "), plain(head)], { columns }),
        ...tail.filter(Boolean).flatMap((line) => wrapSpans([styled("dim", `  ${line}`)], { columns })),
      ];
    });
  }

  #todoLines({ chat }: ChatView): Span[][] {
    const todos = chat?.todos ?? [];
    const said = JSON.stringify(todos);
    if (todos.length === 0 || said === this.#todos) return [];
    this.#todos = said;
    const marks = { pending: "☐", doing: "▸", done: "☑" } as const;
    return todos.map(({ text, status }) => [
      styled(status === "doing" ? "bold" : "dim", `  ${marks[status]} ${cleanLine(text)}`),
    ]);
  }

  #errorLines({ status, error, turn_id }: ChatView): Span[][] {
    if (status !== "error" || error === null) {
      this.#shownError = null;
      return [];
    }
    const said = `${turn_id} ${error.message}`;
    if (said === this.#shownError) return [];
    this.#shownError = said;
    const detail = error.detail === null ? "" : ` ${cleanLine(error.detail)}`;
    const spans = [styled("bad", `✘ ${cleanLine(error.message)}`), styled("dim", detail)];
    return [...wrapSpans(spans, { columns: this.#columns() }), []];
  }
}

function inPlace(content: ReadonlyMap<number, DraftPart>): DraftPart[] {
  return [...content].sort(([a], [b]) => a - b).map(([, part]) => part);
}

function userLines({ content }: Message, columns: number): Span[][] {
  return content
    .flatMap((part) => {
      if (part.type === "text") return cleanText(part.text).split("\n");
      if (part.type === "file") return [`[${cleanLine(part.name)}]`];
      if (part.type === "file-reference")
        return [`[${cleanLine(part.file_name)}:${part.start_line}-${part.end_line}]`];
      return [];
    })
    .flatMap((line) =>
      wrapSpans([styled("bold", line)], { columns, first: [styled("dim", "> ")], rest: [plain("  ")] }),
    )
    .concat([[]]);
}

function callOf({ messages }: ChatView, id: string): ToolCall | null {
  for (const { content } of messages.toReversed()) {
    for (const part of content) if (part.type === "tool-call" && part.tool_call_id === id) return part;
  }
  return null;
}

/** The text of the answer to the last turn, as it was written. */
export function lastAnswer(view: ChatView): string {
  const answer = view.messages.findLast(({ role }) => role === "assistant");
  return (answer?.content ?? []).flatMap((part) => (part.type === "text" ? [part.text] : [])).join("");
}
