// Reads the output items of one streamed response, piece by piece, until their `done` events complete them.
import type { JsonObject, ProviderData } from "../../core/part/part.ts";
import type { ReaderOptions } from "../http/answer-reader.ts";
import { listOf, numberOf, objectOf, textOf, writtenOf } from "../http/untrusted-json.ts";
import type { ModelEvent } from "../provider.ts";
import { PartIndexes } from "../stream/part-indexes.ts";
import { StreamedText } from "../stream/streamed-text.ts";
import {
  callDelta,
  carriedOutBy,
  type ReasoningPiece,
  type ResponseItem,
  reasoningPiece,
} from "./response-item.ts";
import { ItemPlaces } from "./response-places.ts";
import { serverToolParts } from "./server-tool-item.ts";

/** Keeps what was streamed of each item, so that a `done` event adds only what no delta brought. */
export class ResponseItems {
  readonly #options: ReaderOptions;
  readonly #parts = new PartIndexes();
  readonly #items = new Map<string, ResponseItem>();
  readonly #places = new ItemPlaces();
  readonly #streamed = new StreamedText();
  readonly #sources = new Set<string>();
  /** Adds data to the newest part. */
  #last: ((data: ProviderData) => ModelEvent) | null = null;
  anyCall = false;
  refused = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** Whether there is an item, and every item is complete. */
  get allDone(): boolean {
    return this.#items.size > 0 && [...this.#items.values()].every((item) => item.done);
  }

  /** Types of items that only their inventor's clients can carry out. */
  get unusable(): readonly string[] {
    const types = new Set([...this.#items.values()].map(({ type }) => type));
    return [...types].filter((type) => carriedOutBy(type) === "others");
  }

  /** Reads an event about an item. Other events give nothing. */
  read(type: string, event: JsonObject): readonly ModelEvent[] {
    const place = this.#placeOf(type, event);
    switch (type) {
      case "response.output_item.added":
        return this.#begin(place, objectOf(event["item"]) ?? {}).events;
      case "response.output_item.done":
        return this.#complete(place, objectOf(event["item"]) ?? {});
      case "response.output_text.delta":
      case "response.refusal.delta":
        return this.#text(place, event, writtenOf(event["delta"]));
      case "response.output_text.done":
        return this.#restOfText(place, event, "text");
      case "response.refusal.done":
        this.refused = true;
        return this.#restOfText(place, event, "refusal");
      case "response.output_text.annotation.added":
        return this.#annotation(objectOf(event["annotation"]));
      case "response.reasoning_summary_text.delta":
        return this.#reasoning(place, reasoningPiece("summary", event));
      case "response.reasoning_text.delta":
        return this.#reasoning(place, reasoningPiece("reasoning", event));
      case "response.function_call_arguments.delta":
        return this.#args(place, writtenOf(event["delta"]));
      case "response.function_call_arguments.done":
        return this.#streamed.rest(`args ${place}`, textOf(event["arguments"]), (args) =>
          this.#args(place, args),
        );
      default:
        return [];
    }
  }

  /** Data for the last part of the answer, if there is a part that can hold it. */
  mark(fields: JsonObject): readonly ModelEvent[] {
    return this.#last === null ? [] : [this.#last(this.#data(fields))];
  }

  /** The items of a finished response, if the server streamed none of them. */
  *readUnstreamed(output: readonly unknown[]): Iterable<ModelEvent> {
    if (this.#items.size > 0 && !this.#places.hasLoose) return;
    for (const [place, item] of output.entries()) {
      const source = objectOf(item) ?? {};
      yield* this.#complete(this.#places.ofItem(source, String(place), true), source);
    }
  }

  #placeOf(type: string, event: JsonObject): string {
    const index = numberOf(event["output_index"]);
    const place = index === null ? null : String(index);
    const item = objectOf(event["item"]);
    if (item !== null) return this.#places.ofItem(item, place, type === "response.output_item.done");
    return this.#places.ofPiece(type, { place, item_id: textOf(event["item_id"]) });
  }

  #restOfText(place: string, event: JsonObject, field: "text" | "refusal"): readonly ModelEvent[] {
    return this.#streamed.rest(this.#textKey(place, event), writtenOf(event[field]), (text) =>
      this.#text(place, event, text),
    );
  }

  #begin(
    place: string,
    source: JsonObject,
  ): { readonly item: ResponseItem; readonly events: readonly ModelEvent[] } {
    const known = this.#items.get(place);
    if (known !== undefined) return { item: known, events: [] };
    const type = textOf(source["type"]);
    const by = carriedOutBy(type);
    const item: ResponseItem = {
      key: `item ${place}`,
      type,
      source,
      tool_call_id: by === "us" || by === "provider" ? this.#options.newToolCallId() : "",
      reasoningKind: null,
      reasoningPlace: null,
      done: false,
    };
    this.#items.set(place, item);
    if (type !== "function_call") return { item, events: [] };
    this.anyCall = true;
    const data = { call_id: textOf(source["call_id"]) || null, item_id: textOf(source["id"]) || null };
    const events = [this.#parts.at(item.key, { ...callDelta(item, ""), provider_data: this.#data(data) })];
    this.#last = (more) => this.#parts.at(item.key, { ...callDelta(item, ""), provider_data: more });
    const args = textOf(source["arguments"]);
    return { item, events: args === "" ? events : [...events, ...this.#args(place, args)] };
  }

  #complete(place: string, source: JsonObject): readonly ModelEvent[] {
    const { item, events: begun } = this.#begin(place, source);
    if (item.done) return begun;
    item.done = true;
    this.#places.done(place);
    return [...begun, ...this.#completion(place, item, source)];
  }

  #completion(place: string, item: ResponseItem, source: JsonObject): readonly ModelEvent[] {
    if (item.type === "function_call") {
      return this.#streamed.rest(`args ${place}`, textOf(source["arguments"]), (args) =>
        this.#args(place, args),
      );
    }
    if (item.type === "message") return this.#completeMessage(place, source);
    if (item.type === "reasoning") return this.#completeReasoning(place, item, source);
    if (carriedOutBy(item.type) !== "provider") return [];
    const { call, result } = serverToolParts(source, item.tool_call_id, this.#options.provider);
    return [this.#parts.at(item.key, call), this.#parts.single(result)];
  }

  #completeMessage(place: string, source: JsonObject): readonly ModelEvent[] {
    return listOf(source["content"]).flatMap((content, contentIndex) => {
      const fields = objectOf(content) ?? {};
      const refusal = textOf(fields["refusal"]);
      if (refusal !== "") this.refused = true;
      const event = { content_index: contentIndex };
      const whole = textOf(fields["text"]) || refusal;
      const rest = this.#streamed.rest(this.#textKey(place, event), whole, (text) =>
        this.#text(place, event, text),
      );
      const unnamed = listOf(fields["annotations"]).flatMap((each) => this.#annotation(objectOf(each)));
      return [...rest, ...unnamed];
    });
  }

  #completeReasoning(place: string, item: ResponseItem, source: JsonObject): readonly ModelEvent[] {
    const events: ModelEvent[] = [];
    for (const [kind, list] of [
      ["summary", source["summary"]],
      ["reasoning", source["content"]],
    ] as const) {
      // Only if no delta came: the kind that was streamed was streamed completely.
      if (item.reasoningKind !== null && events.length === 0) break;
      for (const [index, each] of listOf(list).entries()) {
        events.push(...this.#reasoning(place, { kind, index, text: textOf(objectOf(each)?.["text"]) }));
      }
    }
    const sealed = textOf(source["encrypted_content"]);
    if (sealed === "") return events;
    // Kept even without text: without its reasoning a reasoning model starts the next step from nothing.
    const data = this.#data({ item_id: textOf(source["id"]), encrypted_content: sealed });
    return [...events, this.#parts.at(item.key, { type: "reasoning", text: "", provider_data: data })];
  }

  #text(place: string, event: JsonObject, text: string): readonly ModelEvent[] {
    if (text === "") return [];
    if (textOf(event["type"]).startsWith("response.refusal")) this.refused = true;
    const key = this.#textKey(place, event);
    const isFirst = !this.#streamed.has(key);
    this.#streamed.add(key, text);
    // Newer models mark commentary and final answers, and want the mark back.
    const phase = isFirst ? textOf(this.#items.get(place)?.source["phase"]) : "";
    const data = phase === "" ? {} : { provider_data: this.#data({ phase }) };
    this.#last = (more) => this.#parts.at(key, { type: "text", text: "", provider_data: more });
    return [this.#parts.at(key, { type: "text", text, ...data })];
  }

  #reasoning(place: string, { kind, index, text }: ReasoningPiece): readonly ModelEvent[] {
    const { item } = this.#begin(place, { type: "reasoning" });
    item.reasoningKind ??= kind;
    if (text === "" || item.reasoningKind !== kind) return [];
    const isNextPart = item.reasoningPlace !== null && item.reasoningPlace !== index;
    item.reasoningPlace = index ?? 0;
    return [this.#parts.at(item.key, { type: "reasoning", text: isNextPart ? `\n\n${text}` : text })];
  }

  #args(place: string, args: string): readonly ModelEvent[] {
    const item = this.#items.get(place);
    if (item?.type !== "function_call" || args === "") return [];
    this.#streamed.add(`args ${place}`, args);
    return [this.#parts.at(item.key, callDelta(item, args))];
  }

  #annotation(annotation: JsonObject | null): readonly ModelEvent[] {
    const url = textOf(annotation?.["url"]);
    // Its place in the text may differ. As a source, a page is named once.
    if (url === "" || this.#sources.has(url)) return [];
    this.#sources.add(url);
    return [this.#parts.single({ type: "source", url, title: textOf(annotation?.["title"]) })];
  }

  #textKey(place: string, event: JsonObject): string {
    return `text ${place}.${numberOf(event["content_index"]) ?? 0}`;
  }

  #data(fields: JsonObject): ProviderData {
    return { ...fields, provider: this.#options.provider };
  }
}
