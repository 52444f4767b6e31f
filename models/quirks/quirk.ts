// Models room: what a quirk is (SPEC X10): something that one server wants otherwise than its dialect says. The rows are in
// quirk-table.ts and quirk-fields.ts.
import type { Dialect } from "../provider.ts";

/** How a prompt is written for a server. The defaults are what the dialects document. */
export interface PromptShape {
  /** Ids of tool calls: the server's own as it wrote them; of `A-Za-z0-9_-` alone; of exactly nine letters and digits. */
  readonly call_ids: "any" | "plain" | "nine";
  /** Whether a user message may follow a tool message; if not, a short assistant message stands between them. */
  readonly user_behind_tool: boolean;
  /** Whose reasoning goes back: of the running turn's calls, of every answer (a placeholder where there is none), of none. */
  readonly reasoning_back: "turn" | "all" | "none";
  /** The content of an assistant message that holds calls and no text. */
  readonly beside_calls: "null" | "empty" | "words";
  /** Calls of tools that the request does not declare: as calls, or told as text. */
  readonly undeclared_calls: "calls" | "text";
  /** Gemini: the first call of a message without its signature goes back bare, or with Google's stand-in. */
  readonly unsigned_calls: "bare" | "stand-in";
  /** Where the system prompt goes: its own message, or the first user message. */
  readonly system: "message" | "user";
  /** Anthropic: whether blocks are marked for the cache. */
  readonly cache_marks: boolean;
  /** Anthropic: whether the model may think on in a tool loop whose last answer did not begin with thinking. */
  readonly thinks_in_bare_loop: boolean;
}

export const PLAIN_SHAPE: PromptShape = {
  call_ids: "plain",
  user_behind_tool: true,
  reasoning_back: "turn",
  beside_calls: "null",
  undeclared_calls: "calls",
  unsigned_calls: "bare",
  system: "message",
  cache_marks: true,
  thinks_in_bare_loop: true,
};

/** What of a request is written otherwise. Fields are paths: `reasoning.summary`. */
export type QuirkChange =
  | { readonly type: "prompt"; readonly shape: Partial<PromptShape> }
  | { readonly type: "rename"; readonly from: string; readonly to: string }
  | { readonly type: "drop"; readonly field: string }
  /** Where the request has that value there, it gets another; undefined takes it out. */
  | {
      readonly type: "replace";
      readonly field: string;
      readonly value: string;
      readonly by: string | undefined;
    }
  /** Anthropic: thinking is asked for in the other way, by effort or by a budget of tokens. */
  | { readonly type: "thinking"; readonly way: "adaptive" | "budget" | "leave out" };

export interface Quirk {
  /** Kept in the database: a name that was once given means the same for ever. */
  readonly name: string;
  readonly dialects: readonly Dialect[];
  /** How a refusal is recognised: one of these in its words (lower case) … */
  readonly words: readonly RegExp[];
  /** … or one of these among its codes. */
  readonly codes?: readonly string[];
  readonly change: QuirkChange;
  /** What the server wants, as people read it. */
  readonly about: string;
  /** Servers and models that are known to want it: they are asked so from the first call. Both must match where both are given. */
  readonly known?: { readonly host?: RegExp; readonly model?: RegExp };
  /** Where it is documented or was seen, and when that was looked at. */
  readonly sources: readonly { readonly url: string; readonly on: string }[];
}
