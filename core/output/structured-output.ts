// Answers that are to be JSON of a given schema (SPEC C12): where an answer has its JSON, and what follows if it does not fit.
import type { JsonValue, Part } from "../part/part.ts";

/** How often a model is asked again for an answer that does not fit. */
export const outputAsksMax = 2;
/** Longer JSON is not checked: it is kept twice, as text and as value, and sent to every reader. */
export const structuredOutputCharsMax = 1024 * 1024;

export interface OutputFault {
  /** Such as `items[0].price`; empty: the value as a whole. */
  readonly path: string;
  readonly message: string;
}

/** Why there is no value. `not_json` and `does_not_fit`: the model is asked again. */
export interface StructuredOutputError {
  readonly code: "not_json" | "does_not_fit" | "cut" | "refused" | "too_large" | "not_checked";
  /** For people. */
  readonly message: string;
  readonly errors?: readonly OutputFault[];
}

/** Of the last answer of a turn that has an `output_schema`. */
export type StructuredOutput = { readonly value: JsonValue } | { readonly error: StructuredOutputError };

/**
 * The texts that may be the answer's JSON, the likeliest first: what the model wrote after its last tool, or the only code block
 * in it. Some models cannot leave it out.
 */
export function outputTexts(content: readonly Part[]): readonly string[] {
  const from = content.findLastIndex(({ type }) => type === "tool-call" || type === "tool-result") + 1;
  const text = content
    .slice(from)
    .flatMap((part) => (part.type === "text" ? [part.text] : []))
    .join("")
    .trim();
  const pieces = text.split("```");
  const block = pieces.length === 3 ? pieces[1]?.replace(/^\w*\s/, "").trim() : undefined;
  return block === undefined ? [text] : [text, block];
}

/** Why an answer that ended in this way is not looked at; null: it is. */
export function unusableAnswer(reason: string, texts: readonly string[]): StructuredOutputError | null {
  if (reason === "length")
    return {
      code: "cut",
      message: "The answer was cut at the model's output limit before its JSON was complete.",
    };
  if (reason === "content_filter")
    return { code: "refused", message: "The model or its provider refused to answer." };
  const chars = (texts[0] ?? "").length;
  if (chars <= structuredOutputCharsMax) return null;
  return { code: "too_large", message: `The answer is longer than ${structuredOutputCharsMax} characters.` };
}

/** What the model is told if it is to answer again; null: it is not asked. */
export function askForOutputAgain(output: StructuredOutput): string | null {
  if (!("error" in output)) return null;
  const { code, message, errors = [] } = output.error;
  if (code !== "not_json" && code !== "does_not_fit") return null;
  const faults = errors.map(({ path, message: words }) => `- ${path === "" ? "the value" : path}: ${words}`);
  return [
    `Your last answer cannot be used. ${message}`,
    ...faults,
    "Answer again with the complete JSON value, and nothing else: no words around it, no code block.",
  ].join("\n");
}

/** How a model without a way of its own is told of the schema. */
export function outputInstructions(schema: unknown): string {
  return [
    "Your last answer, once you need no more tools, must be one JSON value that fits the JSON schema below, and nothing else: no words around it, no code block.",
    JSON.stringify(schema),
  ].join("\n\n");
}
