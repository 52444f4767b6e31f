// Models room: reads the stream of Anthropic's Messages. Blocks come by index, and each knows its type from its start.
import type { FinishReason } from "../core/message.ts";
import type { JsonObject, ProviderData } from "../core/part.ts";
import { type AnswerReader, type ReaderOptions, StreamFailure } from "./answer-reader.ts";
import { type Block, callDelta, sourcesOf, usageOf, withoutSealed } from "./anthropic-block.ts";
import { contentFilterStop } from "./own-fault.ts";
import { PartIndexes } from "./part-indexes.ts";
import type { ModelDelta, ModelEvent } from "./provider.ts";
import { objectOf, parseObject, textOf } from "./untrusted-json.ts";

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_calls",
};

/** A reader for one streamed message. */
export function createAnthropicReader(options: ReaderOptions): AnswerReader {
  return new AnthropicReader(options);
}

class AnthropicReader implements AnswerReader {
  readonly #options: ReaderOptions;
  readonly #parts = new PartIndexes();
  readonly #blocks = new Map<unknown, Block>();
  readonly #calls = new Map<string, Block>();
  #usage: JsonObject = {};
  #finish: FinishReason | null = null;
  #stopped = false;
  #begun = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  read(event: JsonObject, name: string | null): Iterable<ModelEvent> {
    switch (textOf(event["type"]) || name) {
      case "message_start":
        return this.#readStart(objectOf(event["message"]) ?? {});
      case "content_block_start":
        return this.#readBlockStart(event["index"], objectOf(event["content_block"]) ?? {});
      case "content_block_delta":
        return this.#readDelta(this.#blocks.get(event["index"]), objectOf(event["delta"]) ?? {});
      case "content_block_stop":
        return this.#readBlockStop(this.#blocks.get(event["index"]));
      case "message_delta":
        return this.#readMessageDelta(event);
      case "message_stop":
        this.#stopped = true;
        return [];
      case "error":
        throw new StreamFailure(event["error"] ?? event);
      default:
        return [];
    }
  }

  /** The stop reason comes when all blocks are complete; `message_stop` after it adds nothing. */
  finishReason(): FinishReason | null {
    return this.#finish ?? (this.#stopped ? "other" : null);
  }

  ended(): boolean {
    return this.#stopped;
  }

  #readStart(message: JsonObject): readonly ModelEvent[] {
    const [id, model] = [textOf(message["id"]), textOf(message["model"])];
    return [{ type: "response", response_id: id || null, model: model || null }, ...this.#readUsage(message)];
  }

  #readUsage(holder: JsonObject): readonly ModelEvent[] {
    const usage = objectOf(holder["usage"]);
    if (usage === null) return [];
    // Running totals: what an event leaves out or gives as null keeps its last value.
    const known = Object.entries(usage).filter(([, value]) => value !== null && value !== undefined);
    this.#usage = { ...this.#usage, ...Object.fromEntries(known) };
    return [{ type: "usage", usage: usageOf(this.#usage) }];
  }

  #readBlockStart(index: unknown, start: JsonObject): readonly ModelEvent[] {
    const type = textOf(start["type"]);
    const isCall = type.endsWith("tool_use");
    const block: Block = {
      key: `block ${this.#begun++}`,
      type,
      start,
      tool_call_id: isCall ? this.#options.newToolCallId() : "",
      tool_name: textOf(start["name"]),
      json: "",
      signature: textOf(start["signature"]),
    };
    this.#blocks.set(index, block);
    if (isCall) return this.#beginCall(block);
    if (type.endsWith("tool_result")) return this.#readResult(block);
    const text = textOf(start["text"]);
    if (type === "text" && text !== "") return [this.#at(block, { type: "text", text })];
    const thinking = textOf(start["thinking"]);
    if (type === "thinking" && thinking !== "")
      return [this.#at(block, { type: "reasoning", text: thinking })];
    if (type !== "redacted_thinking") return [];
    const data = this.#data({ redacted_thinking: textOf(start["data"]) });
    return [this.#at(block, { type: "reasoning", text: "", provider_data: data })];
  }

  #beginCall(block: Block): readonly ModelEvent[] {
    const callId = textOf(block.start["id"]);
    this.#calls.set(callId, block);
    return [
      this.#at(block, { ...callDelta(block, ""), provider_data: this.#data({ call_id: callId || null }) }),
    ];
  }

  #readDelta(block: Block | undefined, delta: JsonObject): readonly ModelEvent[] {
    if (block === undefined) return [];
    switch (textOf(delta["type"])) {
      case "text_delta":
        return this.#text(block, { type: "text", text: textOf(delta["text"]) });
      case "thinking_delta":
        return this.#text(block, { type: "reasoning", text: textOf(delta["thinking"]) });
      case "signature_delta":
        block.signature += textOf(delta["signature"]);
        return [];
      case "input_json_delta": {
        const piece = textOf(delta["partial_json"]);
        block.json += piece;
        return piece === "" || block.tool_call_id === "" ? [] : [this.#at(block, callDelta(block, piece))];
      }
      case "citations_delta":
        return sourcesOf(objectOf(delta["citation"])).map((source) => this.#parts.single(source));
      default:
        return [];
    }
  }

  #readBlockStop(block: Block | undefined): readonly ModelEvent[] {
    if (block === undefined) return [];
    if (block.type === "thinking" && block.signature !== "") {
      const data = this.#data({ signature: block.signature });
      return [this.#at(block, { type: "reasoning", text: "", provider_data: data })];
    }
    if (block.tool_call_id === "") return [];
    // Compatible servers may give the whole input in the start; Anthropic's start always says {}.
    const rest = block.json === "" ? JSON.stringify(objectOf(block.start["input"]) ?? {}) : "";
    const delta = callDelta(block, rest);
    if (block.type === "tool_use") return rest === "" ? [] : [this.#at(block, delta)];
    // What the provider ran itself goes back to it word for word.
    const input = parseObject(block.json + rest) ?? {};
    const data = this.#data({ call_id: textOf(block.start["id"]), block: { ...block.start, input } });
    return [this.#at(block, { ...delta, provider_data: data })];
  }

  /** A result of a tool that the provider itself ran: it stays in the assistant message (SPEC L7). */
  #readResult(block: Block): readonly ModelEvent[] {
    const call = this.#calls.get(textOf(block.start["tool_use_id"]));
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

  *#readMessageDelta(event: JsonObject): Iterable<ModelEvent> {
    yield* this.#readUsage(event);
    const delta = objectOf(event["delta"]) ?? {};
    const reason = textOf(delta["stop_reason"]);
    if (reason === "refusal") {
      throw contentFilterStop(
        this.#options.provider,
        textOf(objectOf(delta["stop_details"])?.["explanation"]),
      );
    }
    if (reason !== "") this.#finish = FINISH_REASONS[reason] ?? "other";
  }

  #text(block: Block, delta: Extract<ModelDelta, { type: "text" | "reasoning" }>): readonly ModelEvent[] {
    return delta.text === "" ? [] : [this.#at(block, delta)];
  }

  #at(block: Block, delta: ModelDelta): ModelEvent {
    return this.#parts.at(block.key, delta);
  }

  #data(fields: JsonObject): ProviderData {
    return { ...fields, provider: this.#options.provider };
  }
}
