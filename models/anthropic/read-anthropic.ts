// Reads the stream of Anthropic's Messages. An answer may take several responses: the provider pauses when its own
// tools have run for long, and continues when it gets back what it said.
import type { ContentBlockParam } from "@anthropic-ai/sdk/resources/messages";
import type { FinishReason, Usage } from "../../core/chat/message.ts";
import type { JsonObject } from "../../core/part/part.ts";
import { contentFilterStop } from "../errors/own-fault.ts";
import { type AnswerReader, type ReaderOptions, StreamFailure } from "../http/answer-reader.ts";
import { objectOf, objectsOf, textOf } from "../http/untrusted-json.ts";
import type { ModelEvent } from "../provider.ts";
import { updateUsageTotals, usageOf, usageSum } from "./anthropic-block.ts";
import { AnthropicBlocks } from "./anthropic-blocks.ts";

const FINISH_REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool_calls"],
]);

/**
 * Pauses after which an answer still continues. Each means about ten tool runs of the provider. After that the answer
 * is cut.
 */
const pausesPerAnswerMax = 16;

/** Reads one answer. */
export class AnthropicReader implements AnswerReader {
  readonly #provider: string;
  readonly #blocks: AnthropicBlocks;
  /** What the earlier responses cost. */
  #spent: Usage | null = null;
  #usage: JsonObject = {};
  #finish: FinishReason | null = null;
  #stopped = false;
  #paused = false;
  #pauses = 0;
  #isNamed = false;
  #said: readonly ContentBlockParam[] = [];
  #container: string | null = null;

  constructor(options: ReaderOptions) {
    this.#provider = options.provider;
    this.#blocks = new AnthropicBlocks(options);
  }

  /** What the model had said when it paused. Empty before the first pause. */
  get said(): readonly ContentBlockParam[] {
    return this.#said;
  }

  /** Where the provider's tools left their files. */
  get container(): string | null {
    return this.#container;
  }

  read(event: JsonObject, name: string | null): Iterable<ModelEvent> {
    switch (textOf(event["type"]) || name) {
      case "message_start":
        return this.#readStart(objectOf(event["message"]) ?? {});
      case "content_block_start":
        return this.#blocks.start(event["index"], objectOf(event["content_block"]) ?? {});
      case "content_block_delta":
        return this.#blocks.delta(event["index"], objectOf(event["delta"]) ?? {});
      case "content_block_stop":
        return this.#blocks.stop(event["index"]);
      case "message_delta":
        return this.#readMessageDelta(event);
      case "message_stop":
        this.#stopped = true;
        return [];
      case "error":
        throw new StreamFailure(event["error"] ?? event);
      default:
        // Proxies report errors in the form of another dialect, without a type.
        if (event["error"] !== undefined && event["error"] !== null) throw new StreamFailure(event["error"]);
        return [];
    }
  }

  /** The stop reason arrives when all blocks are complete. `message_stop` after it adds nothing. */
  finishReason(sawDone: boolean): FinishReason | null {
    if (this.#paused) return null;
    // Gateways close with the mark of another dialect and lose the closing events of this one.
    const isClosed = sawDone && this.#blocks.allStopped;
    const reason = this.#finish ?? (this.#stopped ? "other" : isClosed ? "stop" : null);
    if (reason !== "stop" && reason !== "tool_calls") return reason;
    // Servers that imitate the API send `end_turn` beside calls, or `tool_use` without any: the calls decide.
    return this.#blocks.anyCall ? "tool_calls" : "stop";
  }

  ended(): boolean {
    return this.#stopped;
  }

  /** A message that was not streamed equals what the events of a stream make. */
  readWhole(body: JsonObject): Iterable<ModelEvent> | null {
    if (body["type"] !== "message" || !Array.isArray(body["content"])) return null;
    const events = [...this.#readStart(body)];
    this.#stopped = true;
    return events;
  }

  resumes(): boolean {
    if (!this.#paused) return false;
    this.#paused = false;
    this.#pauses++;
    this.#said = this.#blocks.said();
    if (this.#pauses > pausesPerAnswerMax || this.#said.length === 0) {
      this.#finish = "length";
      return false;
    }
    this.#spent = usageSum(this.#spent, usageOf(this.#usage));
    this.#usage = {};
    this.#stopped = false;
    return true;
  }

  #readStart(message: JsonObject): readonly ModelEvent[] {
    const [id, model] = [textOf(message["id"]), textOf(message["model"])];
    this.#readContainer(message);
    const named: readonly ModelEvent[] = this.#isNamed
      ? []
      : [{ type: "response", response_id: id || null, model: model || null }];
    this.#isNamed = true;
    return [...named, ...this.#readUsage(message), ...this.#readWhole(message)];
  }

  /** Calls from the provider's own code arrive complete at the start, and so do answers of servers that do not stream. */
  *#readWhole(message: JsonObject): Iterable<ModelEvent> {
    const blocks = objectsOf(message["content"]);
    for (const [place, block] of blocks.entries()) {
      // A place that no index of the stream can have.
      const index = `start ${place}`;
      yield* this.#blocks.start(index, block);
      yield* this.#blocks.stop(index);
    }
    if (blocks.length > 0) this.#readStop(message);
  }

  #readUsage(holder: JsonObject): readonly ModelEvent[] {
    const usage = objectOf(holder["usage"]);
    if (usage === null) return [];
    this.#usage = updateUsageTotals(this.#usage, usage);
    return [{ type: "usage", usage: usageSum(this.#spent, usageOf(this.#usage)) }];
  }

  #readContainer(holder: JsonObject): void {
    this.#container = textOf(objectOf(holder["container"])?.["id"]) || this.#container;
  }

  *#readMessageDelta(event: JsonObject): Iterable<ModelEvent> {
    yield* this.#readUsage(event);
    const delta = objectOf(event["delta"]) ?? {};
    // Some gateways put it one level deeper.
    yield* this.#readUsage(delta);
    this.#readContainer(delta);
    this.#readStop(delta);
  }

  #readStop(delta: JsonObject): void {
    const reason = textOf(delta["stop_reason"]);
    if (reason === "refusal") {
      const words = textOf(objectOf(delta["stop_details"])?.["explanation"]);
      throw contentFilterStop(this.#provider, words);
    }
    this.#paused = reason === "pause_turn";
    if (reason !== "") this.#finish = this.#paused ? null : (FINISH_REASONS.get(reason) ?? "other");
  }
}
