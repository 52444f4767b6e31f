// Tests: odd answers of real servers as fixtures: what a server sends, what is stored of it, and what it is asked next.
import { readdirSync, readFileSync } from "node:fs";
import type { DialectName } from "../../../dev/demo-model/request/model-call.ts";
import type { OddAnswer, OddScript } from "./odd-provider.ts";

export interface OddCase {
  readonly id: string;
  /** What is odd, and what is right: the name of the test. */
  readonly says: string;
  readonly dialect: DialectName;
  /** Fields of the model config. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** In order. */
  readonly answers: readonly OddAnswer[];
  /** What requests past those answers get: a short plain answer when absent. */
  readonly after?: "the last again" | "plain";
  /** What is stored when the turn is over, as `outline` shows it. Absent: the case has a test of its own. */
  readonly stored?: readonly string[];
  /** Requests of the turn; absent: not counted. */
  readonly requests?: number;
  /** What the turn ended in; absent: it ended well. */
  readonly error?: { readonly kind: string; readonly detail?: string };
  /** The prompt of the next turn as `promptOutline` shows it, system text and last question left out. */
  readonly next?: readonly string[];
}

const FOLDER = new URL("./__fixtures__/oddities/", import.meta.url);

/** The cases that say themselves what is stored of them. */
export function oddCases(): readonly OddCase[] {
  const ids = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ""));
  return ids
    .toSorted()
    .map(oddCase)
    .filter(({ stored }) => stored !== undefined);
}

export function oddCase(id: string): OddCase {
  return JSON.parse(readFileSync(new URL(`${id}.json`, FOLDER), "utf8")) as OddCase;
}

/** Gives a case's answers one after the other. */
export function scriptOf(odd: Pick<OddCase, "dialect" | "answers" | "after">): OddScript {
  return (_request, number) => {
    const answer = odd.answers[number];
    if (answer !== undefined) return answer;
    const last = odd.after === "the last again" ? odd.answers.at(-1) : undefined;
    return last ?? PLAIN_ANSWERS[odd.dialect];
  };
}

function sse(events: readonly object[], named: boolean): OddAnswer {
  const frames = events.map((event) => {
    const name = named ? `event: ${(event as { type: string }).type}\n` : "";
    return `${name}data: ${JSON.stringify(event)}\n\n`;
  });
  return { frames: named ? frames : [...frames, "data: [DONE]\n\n"] };
}

/** One call in Chat Completions. */
export function chatCall(name: string, args: string): OddAnswer {
  const tool_calls = [{ index: 0, id: "call_1", type: "function", function: { name, arguments: args } }];
  return sse([{ choices: [{ index: 0, delta: { tool_calls }, finish_reason: "tool_calls" }] }], false);
}

const DONE = {
  type: "message",
  id: "msg_d",
  role: "assistant",
  content: [{ type: "output_text", text: "All done." }],
};

/** "All done.", as each dialect says it. */
export const PLAIN_ANSWERS: Readonly<Record<DialectName, OddAnswer>> = {
  "openai-chat": sse(
    [
      { id: "d", choices: [{ index: 0, delta: { content: "All done." } }] },
      { id: "d", choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
    ],
    false,
  ),
  "openai-responses": sse(
    [
      { type: "response.output_item.added", output_index: 0, item: { ...DONE, content: [] } },
      { type: "response.output_item.done", output_index: 0, item: DONE },
      { type: "response.completed", response: { id: "resp_d", status: "completed", output: [DONE] } },
    ],
    true,
  ),
  anthropic: sse(
    [
      { type: "message_start", message: { id: "msg_d", role: "assistant", content: [] } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "All done." } },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn" } },
      { type: "message_stop" },
    ],
    true,
  ),
};
