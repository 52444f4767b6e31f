// What a quirk is (SPEC X10): something that one server wants in a different way than its dialect says. The rows are in
// quirk-table.ts and quirk-fields.ts.
import type { Dialect } from "../provider.ts";

/** How a prompt is written for a server. The defaults are what the dialects document. */
export interface PromptShape {
  /** Ids of tool calls: the server's own as it wrote them; only `A-Za-z0-9_-`; exactly nine letters and digits. */
  readonly call_ids: "any" | "plain" | "nine";
  /** Whether a user message may follow a tool message. If not, a short assistant message comes between them. */
  readonly user_behind_tool: boolean;
  /**
   * Whose reasoning is sent back: that of the running turn's calls, of every answer (a placeholder if there is none),
   * or none.
   */
  readonly reasoning_back: "turn" | "all" | "none";
  /** The content of an assistant message that contains calls and no text. */
  readonly beside_calls: "null" | "empty" | "words";
  /** Calls of tools that the request does not declare: as calls, or as text. */
  readonly undeclared_calls: "calls" | "text";
  /** Gemini: the first call of a message without its signature is sent bare, or with Google's stand-in. */
  readonly unsigned_calls: "bare" | "stand-in";
  /** Where the system prompt goes: its own message, or the first user message. */
  readonly system: "message" | "user";
  /** Pictures: as pictures, or as words that name them. */
  readonly images: "shown" | "words";
  /** PDFs: as documents, or as words that name them. */
  readonly documents: "shown" | "words";
  /** Characters of base64 of one picture, beyond which it is told in words. */
  readonly image_chars_max: number;
  /** Anthropic: whether blocks get cache marks. */
  readonly cache_marks: boolean;
  /** Anthropic: whether the model may keep thinking in a tool loop whose last answer did not start with thinking. */
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
  images: "shown",
  documents: "shown",
  image_chars_max: Number.POSITIVE_INFINITY,
  cache_marks: true,
  thinks_in_bare_loop: true,
};

/** What changes in a request. Fields are paths: `reasoning.summary`. */
export type QuirkChange =
  | { readonly type: "prompt"; readonly shape: Partial<PromptShape> }
  | { readonly type: "rename"; readonly from: string; readonly to: string }
  | { readonly type: "drop"; readonly field: string }
  /** If the request has that value there, it gets another one; undefined removes it. */
  | {
      readonly type: "replace";
      readonly field: string;
      readonly value: string;
      readonly by: string | undefined;
    }
  /** Anthropic: ask for thinking in the other way, by effort or by a budget of tokens. */
  | { readonly type: "thinking"; readonly way: "adaptive" | "budget" | "leave out" };

export interface Quirk {
  /** Stored in the database: a name keeps its meaning for ever. */
  readonly name: string;
  readonly dialects: readonly Dialect[];
  /** How a refusal is recognised: by one of these in its words (lower case) … */
  readonly words: readonly RegExp[];
  /** … or one of these among its codes. */
  readonly codes?: readonly string[];
  readonly change: QuirkChange;
  /** What the server wants, in words for people. */
  readonly about: string;
  /**
   * Servers and models that are known to want it: they are called in this way from the start. Both must match if both
   * are given.
   */
  readonly known?: { readonly host?: RegExp; readonly model?: RegExp };
  /** Where it is documented or was seen, and when we looked. */
  readonly sources: readonly { readonly url: string; readonly on: string }[];
}
