// Collects the content blocks of one streamed message. Each block says its type when it starts, and has an index.
import type { ContentBlockParam } from "@anthropic-ai/sdk/resources/messages";
import type { JsonObject, ProviderData } from "../../core/part/part.ts";
import { isBlank } from "../../core/text/blank.ts";
import type { ReaderOptions } from "../http/answer-reader.ts";
import { objectOf, textOf, writtenOf } from "../http/untrusted-json.ts";
import type { ModelDelta, ModelEvent } from "../provider.ts";
import { PartIndexes } from "../stream/part-indexes.ts";
import {
  type Block,
  callDelta,
  inputOf,
  messageBlock,
  replayableCitations,
  sourcesOf,
  withoutSealed,
} from "./anthropic-block.ts";

/** What a delta without a block starts. It cannot start a call, because the name would be missing. */
const UNANNOUNCED: ReadonlyMap<string, string> = new Map([
  ["text_delta", "text"],
  ["thinking_delta", "thinking"],
]);

export class AnthropicBlocks {
  readonly #options: ReaderOptions;
  readonly #parts = new PartIndexes();
  /** By the provider's index. It starts again with each response: the newest counts. */
  readonly #open = new Map<unknown, Block>();
  readonly #all: Block[] = [];
  readonly #stopped = new Set<Block>();
  /** The server announces its blocks. */
  #announces = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** Whether the model called one of our tools. */
  get anyCall(): boolean {
    return this.#all.some((block) => block.type === "tool_use");
  }

  /** Whether there is a block, and every block was closed. */
  get allStopped(): boolean {
    return this.#all.length > 0 && this.#stopped.size === this.#all.length;
  }

  /** Everything so far, as the provider wants it back after a pause. */
  said(): ContentBlockParam[] {
    const isEmpty = (block: Block) => block.type === "text" && isBlank(block.text);
    return this.#all.filter((block) => !isEmpty(block)).map(messageBlock);
  }

  start(index: unknown, start: JsonObject): readonly ModelEvent[] {
    this.#announces = true;
    const block = this.#begin(index, start);
    if (block.tool_call_id !== "") {
      const data = this.#data({ call_id: textOf(start["id"]) || null });
      return [this.#at(block, { ...callDelta(block, ""), provider_data: data })];
    }
    if (block.type.endsWith("tool_result")) return this.#result(block);
    if (block.type === "text") return this.#text(block, writtenOf(start["text"]));
    if (block.type === "thinking") return this.#text(block, writtenOf(start["thinking"]));
    if (block.type !== "redacted_thinking") return [];
    const data = this.#data({ redacted_thinking: textOf(start["data"]) });
    return [this.#at(block, { type: "reasoning", text: "", provider_data: data })];
  }

  delta(index: unknown, delta: JsonObject): readonly ModelEvent[] {
    const block = this.#open.get(index) ?? this.#unannounced(index, delta);
    if (block === undefined) return [];
    switch (textOf(delta["type"])) {
      case "text_delta":
        return this.#text(block, writtenOf(delta["text"]));
      case "thinking_delta":
        return this.#text(block, writtenOf(delta["thinking"]));
      case "signature_delta":
        block.signature += textOf(delta["signature"]);
        return [];
      case "input_json_delta": {
        const piece = writtenOf(delta["partial_json"]);
        block.json += piece;
        return piece === "" || block.tool_call_id === "" ? [] : [this.#at(block, callDelta(block, piece))];
      }
      case "citations_delta": {
        const citation = objectOf(delta["citation"]);
        if (citation !== null) block.citations.push(citation);
        return sourcesOf(citation).map((source) => this.#parts.single(source));
      }
      default:
        return [];
    }
  }

  stop(index: unknown): readonly ModelEvent[] {
    const block = this.#open.get(index) ?? (index === undefined ? this.#all.at(-1) : undefined);
    if (block === undefined || this.#stopped.has(block)) return [];
    this.#stopped.add(block);
    if (block.type === "thinking" && block.signature !== "") {
      const data = this.#data({ signature: block.signature });
      return [this.#at(block, { type: "reasoning", text: "", provider_data: data })];
    }
    const citations = replayableCitations(block);
    if (block.type === "text" && citations.length > 0) {
      return [this.#at(block, { type: "text", text: "", provider_data: this.#data({ citations }) })];
    }
    if (block.tool_call_id === "") return [];
    const rest = block.json === "" ? JSON.stringify(inputOf(block)) : "";
    const delta = callDelta(block, rest);
    if (block.type === "tool_use") return rest === "" ? [] : [this.#at(block, delta)];
    // What the provider ran itself goes back to it word for word.
    const kept = { ...block.start, input: inputOf(block) };
    const data = this.#data({ call_id: textOf(block.start["id"]), block: kept });
    return [this.#at(block, { ...delta, provider_data: data })];
  }

  #begin(index: unknown, start: JsonObject): Block {
    const type = textOf(start["type"]);
    const block: Block = {
      key: `block ${this.#all.length}`,
      type,
      start,
      tool_call_id: type.endsWith("tool_use") ? this.#options.newToolCallId() : "",
      tool_name: textOf(start["name"]),
      text: "",
      json: "",
      signature: textOf(start["signature"]),
      citations: [],
    };
    this.#open.set(index, block);
    this.#all.push(block);
    return block;
  }

  /** A delta without an index belongs to the newest open block. Servers that announce no blocks start with a delta. */
  #unannounced(index: unknown, delta: JsonObject): Block | undefined {
    const newest = this.#all.at(-1);
    if (index === undefined && newest !== undefined && !this.#stopped.has(newest)) return newest;
    const type = this.#announces ? undefined : UNANNOUNCED.get(textOf(delta["type"]));
    return type === undefined ? undefined : this.#begin(index, { type });
  }

  /** A result of a tool that the provider ran itself: it stays in the assistant message (SPEC L7). */
  #result(block: Block): readonly ModelEvent[] {
    const id = textOf(block.start["tool_use_id"]);
    const call = this.#all.find((each) => each.tool_call_id !== "" && textOf(each.start["id"]) === id);
    if (call === undefined) return [];
    const content = block.start["content"];
    const isError =
      block.start["is_error"] === true || textOf(objectOf(content)?.["type"]).endsWith("_error");
    return [
      this.#at(block, {
        type: "tool-result",
        tool_call_id: call.tool_call_id,
        tool_name: call.tool_name,
        result: { content: withoutSealed(content) },
        is_error: isError,
        provider_data: this.#data({ block: block.start }),
      }),
    ];
  }

  #text(block: Block, text: string): readonly ModelEvent[] {
    if (text === "") return [];
    block.text += text;
    return [this.#at(block, { type: block.type === "thinking" ? "reasoning" : "text", text })];
  }

  #at(block: Block, delta: ModelDelta): ModelEvent {
    return this.#parts.at(block.key, delta);
  }

  #data(fields: JsonObject): ProviderData {
    return { ...fields, provider: this.#options.provider };
  }
}
