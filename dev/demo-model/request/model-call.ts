// What one request to the demo model asks for, whichever dialect it came in.
import type { JsonObject } from "../json.ts";

export type DialectName = "openai-chat" | "openai-responses" | "anthropic";

/** A message of the prompt. Tool results are turns of their own; Anthropic's user messages may become two turns. */
export interface PromptTurn {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly texts: readonly string[];
  readonly calls: readonly { readonly id: string; readonly name: string }[];
  readonly results: readonly ToolResult[];
}

export interface ToolResult {
  readonly id: string;
  readonly text: string;
}

export interface OfferedTool {
  readonly name: string;
  /** Names of its arguments, as its schema lists them. */
  readonly args: readonly string[];
}

export interface ModelCall {
  readonly dialect: DialectName;
  readonly model: string;
  readonly body: JsonObject;
  readonly stream: boolean;
  readonly turns: readonly PromptTurn[];
  readonly tools: readonly OfferedTool[];
  readonly wantsReasoning: boolean;
  /** Estimated from the size of the request. */
  readonly inputTokens: number;
  /** The text that the caller began for us (not in Responses), to be continued; "" without. */
  readonly prefill: string;
}

/** The refusal of a request, sent as the dialect's own error. */
export class CallRefused extends Error {
  readonly status: number;
  readonly code: string | undefined;

  constructor(status: number, message: string, code?: string) {
    super(message);
    this.name = "CallRefused";
    this.status = status;
    this.code = code;
  }
}

/** How Everturn asks again for an answer that is no JSON of the schema (SPEC C12): it goes on with the turn in hand. */
const ASKED_AGAIN = /^Your last answer cannot be used\./;

function isQuestion({ role, texts }: PromptTurn): boolean {
  return role === "user" && !ASKED_AGAIN.test(texts.at(-1) ?? "");
}

/** The turns after the last user turn: the model calls and tool results of the turn in hand. */
export function turnsSinceUser(turns: readonly PromptTurn[]): readonly PromptTurn[] {
  return turns.slice(turns.findLastIndex(isQuestion) + 1);
}

/** The last text of the last user message. Adapters join messages that nobody answered, so earlier texts may be older ones. */
export function lastUserText(turns: readonly PromptTurn[]): string {
  return turns.findLast(isQuestion)?.texts.at(-1) ?? "";
}

export function systemText(turns: readonly PromptTurn[]): string {
  return turns
    .filter((turn) => turn.role === "system")
    .flatMap((turn) => turn.texts)
    .join("\n");
}
