// The one script of an answer, before any dialect: what the player plays and the encoders put into words.
import type { StreamErrorScript } from "./script-step.ts";

export type AnswerEvent =
  | { readonly type: "reasoning"; readonly text: string }
  | { readonly type: "text"; readonly text: string }
  /** `call` numbers the calls of the answer from 0; a null id is left off the wire. */
  | { readonly type: "call-start"; readonly call: number; readonly id: string | null; readonly name: string }
  | { readonly type: "call-args"; readonly call: number; readonly text: string }
  | { readonly type: "call-end"; readonly call: number };

export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter";

/** `pause` stands before each part; `cut` breaks the socket, `end-early` closes it in good order, both without a terminal event. */
export type PlayStep =
  | { readonly type: "pause" }
  | { readonly type: "event"; readonly event: AnswerEvent }
  | { readonly type: "hold"; readonly gate: string }
  | { readonly type: "cut" }
  | { readonly type: "end-early" }
  | { readonly type: "stream-error"; readonly error: StreamErrorScript }
  | { readonly type: "finish"; readonly reason: FinishReason };

/** Tokens of an answer. Input is what was not cached; the dialects add up differently. */
export interface AnswerUsage {
  readonly input: number;
  readonly output: number;
  readonly reasoning: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

export interface AnswerEnd {
  readonly reason: FinishReason;
  /** Null: a server that reports none. */
  readonly usage: AnswerUsage | null;
}
