// Reads the reasoning of a Chat Completions stream, which no two servers put in the same place.
import type { JsonObject } from "../../core/part/part.ts";
import { numberOf, objectsOf, textOf, writtenOf } from "../http/untrusted-json.ts";
import type { ModelEvent } from "../provider.ts";
import type { PartIndexes } from "../stream/part-indexes.ts";

/** Where servers put it: DeepSeek and llama.cpp, then vLLM and OpenRouter. The same text may be in both. */
const REASONING_FIELDS = ["reasoning_content", "reasoning"] as const;

/** Fields of a detail of which each delta brings a piece. */
const GROWING_FIELDS = ["text", "summary", "data"];

/**
 * Shows the text as it arrives, and keeps OpenRouter's `reasoning_details` complete: OpenRouter takes them back
 * unchanged, or refuses.
 */
export class ChatReasoning {
  readonly #provider: string;
  readonly #parts: PartIndexes;
  readonly #details: JsonObject[] = [];
  /** Place of the first reasoning, which carries the details. */
  #place: number | null = null;

  constructor(provider: string, parts: PartIndexes) {
    this.#provider = provider;
    this.#parts = parts;
  }

  read(delta: JsonObject): readonly ModelEvent[] {
    const details = objectsOf(delta["reasoning_details"]);
    for (const detail of details) this.#keep(detail);
    const field = REASONING_FIELDS.find((each) => writtenOf(delta[each]) !== "");
    const text = field === undefined ? detailsText(details) : writtenOf(delta[field]);
    // Sealed details alone open the part, too: they belong before what they led to.
    if (text === "" && (details.length === 0 || this.#place !== null)) return [];
    return [this.show(text, field ?? "reasoning")];
  }

  /** A piece of reasoning that arrived in `field`; null if it cannot be sent back in a field with that name. */
  show(text: string, field: string | null): ModelEvent {
    const data = { provider: this.#provider, ...(field === null ? {} : { field }) };
    const event = this.#parts.continue({ type: "reasoning", text }, data);
    if (event.type === "part") this.#place ??= event.index;
    return event;
  }

  /** The details, once they are complete. */
  rest(): readonly ModelEvent[] {
    if (this.#details.length === 0 || this.#place === null) return [];
    const provider_data = { provider: this.#provider, reasoning_details: this.#details };
    return [{ type: "part", index: this.#place, delta: { type: "reasoning", text: "", provider_data } }];
  }

  /** Pieces of one detail have the same type and index. The signature arrives in a piece without text. */
  #keep(detail: JsonObject): void {
    const index = numberOf(detail["index"]);
    const at = this.#details.findIndex(
      (each) => index !== null && each["index"] === index && each["type"] === detail["type"],
    );
    const before = this.#details[at];
    if (before === undefined) this.#details.push(detail);
    else this.#details[at] = joined(before, detail);
  }
}

function joined(before: JsonObject, piece: JsonObject): JsonObject {
  const said = Object.entries(piece).filter(([, value]) => value !== null && value !== undefined);
  const grown = GROWING_FIELDS.filter((field) => typeof before[field] === "string").map((field) => [
    field,
    textOf(before[field]) + textOf(piece[field]),
  ]);
  return { ...before, ...Object.fromEntries(said), ...Object.fromEntries(grown) };
}

function detailsText(details: readonly JsonObject[]): string {
  return details.map((detail) => textOf(detail["text"]) || textOf(detail["summary"])).join("");
}
