// What a chat asks a person, one question after the other, and what the answers mean to the API. Pure.
import type { ChatView, Decisions, JsonObject, JsonValue, RequiredToolCall } from "../../../client/index.ts";
import { changeLines } from "../show/diff-lines.ts";
import { callWords } from "../show/tool-lines.ts";
import { cleanLine, cleanText } from "../text/clean.ts";
import { plain, type Span, styled, wrapSpans } from "../text/style.ts";

export type Decision = Decisions[number];

/** What somebody is to answer: a call, or something that the server of a call asks. */
export interface OpenQuestion {
  /** Unique in the chat. */
  readonly id: string;
  readonly call: RequiredToolCall;
  readonly asked: ShownQuestion | null;
}

type ShownQuestion = NonNullable<RequiredToolCall["questions"]>[number];

/** The first question that has no answer yet; null: none. */
export function openQuestion(view: ChatView, answered: ReadonlySet<string>): OpenQuestion | null {
  if (view.status !== "requires_action") return null;
  const all = (view.action?.tool_calls ?? []).flatMap((call): OpenQuestion[] => {
    if (call.kind !== "question") return [{ id: call.tool_call_id, call, asked: null }];
    return (call.questions ?? []).map((asked) => ({
      id: `${call.tool_call_id} ${asked.question_id}`,
      call,
      asked,
    }));
  });
  return all.find(({ id }) => !answered.has(id)) ?? null;
}

const argsLinesMax = 14;

export function questionLines({ call, asked }: OpenQuestion, columns: number): Span[][] {
  if (asked !== null) return askedLines(call, asked, columns);
  const name = cleanLine(call.tool_name);
  const head =
    call.kind === "approval"
      ? [styled("strong-question", `May ${name} run?`), plain(`  ${callWords(call.tool_name, call.args)}`)]
      : [styled("strong-question", `${name} waits for its result from you.`)];
  const changes = changeLines(call.tool_name, call.args);
  const shown = changes.length > 0 ? changes : argsLines(call.args);
  const cut = shown.slice(0, argsLinesMax);
  const more = shown.length - cut.length;
  const hint =
    call.kind === "approval"
      ? "y yes · n no · e change the arguments · a always in this chat, then Enter"
      : "Type the result as JSON, then Enter. Ctrl-C stops the turn.";
  return [
    ...wrapSpans(head, { columns }),
    ...cut.flatMap((line) => wrapSpans(line, { columns, first: [plain("  ")], rest: [plain("  ")] })),
    ...(more > 0 ? [[styled("dim", `  … and ${more} more lines`)]] : []),
    [styled("dim", hint)],
  ];
}

/** What the server of a tool wants to know, as it says it. */
function askedLines(call: RequiredToolCall, asked: ShownQuestion, columns: number): Span[][] {
  const who = cleanLine(call.asked_by?.name ?? call.tool_name);
  const body =
    asked.mode === "url"
      ? [
          [plain(`Open ${cleanLine(asked.url)}`)],
          [styled("dim", "y when it is done · n to decline, then Enter")],
        ]
      : [
          ...argsLines(asked.schema),
          [styled("dim", "Type the values as a JSON object, or n to decline, then Enter.")],
        ];
  return [[styled("strong-question", `${who} asks: `), plain(cleanLine(asked.message))], ...body].flatMap(
    (line) => wrapSpans(line, { columns, rest: [plain("  ")] }),
  );
}

function argsLines(args: JsonObject): Span[][] {
  return Object.entries(args).flatMap(([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const [first = "", ...rest] = cleanText(text).split("\n");
    return [
      [styled("dim", `${cleanLine(name)}: `), plain(first)],
      ...rest.map((line) => [plain(`  ${line}`)]),
    ];
  });
}

export type ParsedJson<T> = { readonly value: T } | { readonly fault: string };

export function parseJson(text: string): ParsedJson<JsonValue> {
  try {
    return { value: JSON.parse(text) as JsonValue };
  } catch (error) {
    return { fault: `This is not JSON: ${cleanLine((error as Error).message)}` };
  }
}

export function parseArgs(text: string): ParsedJson<JsonObject> {
  const parsed = parseJson(text);
  if ("fault" in parsed) return parsed;
  const { value } = parsed;
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? { value: value as JsonObject }
    : { fault: 'Arguments are a JSON object, such as {"path": "a.txt"}' };
}
