// Reads the stream of OpenAI's Responses. Items arrive by output index. Only a terminal event ends the answer.
import type { FinishReason, Usage } from "../../core/chat/message.ts";
import type { JsonObject } from "../../core/part/part.ts";
import { contentFilterStop } from "../errors/own-fault.ts";
import { type AnswerReader, type ReaderOptions, StreamFailure } from "../http/answer-reader.ts";
import { countOf, listOf, objectOf, textOf } from "../http/untrusted-json.ts";
import type { ModelEvent } from "../provider.ts";
import { ResponseItems } from "./response-items.ts";

export interface ResponsesReaderOptions extends ReaderOptions {
  /** The provider keeps the response: the next call may name it (SPEC L10). */
  readonly is_kept?: boolean;
}

/** A reader for one streamed response. */
export function createOpenAiResponsesReader(options: ResponsesReaderOptions): AnswerReader {
  return new OpenAiResponsesReader(options);
}

class OpenAiResponsesReader implements AnswerReader {
  readonly #provider: string;
  readonly #items: ResponseItems;
  readonly #isKept: boolean;
  #finish: FinishReason | null = null;
  #isNamed = false;

  constructor(options: ResponsesReaderOptions) {
    this.#provider = options.provider;
    this.#isKept = options.is_kept === true;
    this.#items = new ResponseItems(options);
  }

  read(event: JsonObject, name: string | null): Iterable<ModelEvent> {
    const type = textOf(event["type"]) || name;
    const response = objectOf(event["response"]) ?? {};
    switch (type) {
      case "response.created":
      case "response.queued":
      case "response.in_progress":
        return this.#readName(response);
      case "response.completed":
      case "response.incomplete":
      case "response.failed":
        return this.#readEnd(type, response);
      case "error":
        throw new StreamFailure(event["error"] ?? event);
      default:
        // Gateways report errors in the form of Chat Completions, without a type.
        if (event["error"] !== undefined && event["error"] !== null) throw new StreamFailure(event["error"]);
        return this.#items.read(type ?? "", event);
    }
  }

  /** Proxies lose the closing event: if every item is done and the stream was closed on purpose, the answer is complete. */
  finishReason(sawDone: boolean): FinishReason | null {
    return this.#finish ?? (sawDone && this.#items.allDone ? this.#finishReasonOf("", "") : null);
  }

  unusable(): readonly string[] {
    return this.#items.unusable;
  }

  ended(): boolean {
    return this.#finish !== null;
  }

  /** A response that was not streamed is what the last event of a stream contains. */
  readWhole(body: JsonObject): Iterable<ModelEvent> | null {
    const status = textOf(body["status"]);
    const isEnd = ["completed", "incomplete", "failed"].includes(status);
    return isEnd ? this.#readEnd(`response.${status}`, body) : null;
  }

  #readName(response: JsonObject): readonly ModelEvent[] {
    const [id, model] = [textOf(response["id"]), textOf(response["model"])];
    if (this.#isNamed || (id === "" && model === "")) return [];
    this.#isNamed = true;
    return [{ type: "response", response_id: id || null, model: model || null }];
  }

  *#readEnd(type: string, response: JsonObject): Iterable<ModelEvent> {
    yield* this.#readName(response);
    yield* this.#items.readUnstreamed(listOf(response["output"]));
    const usage = objectOf(response["usage"]);
    if (usage !== null) yield { type: "usage", usage: usageOf(usage) };
    if (type === "response.failed")
      throw new StreamFailure(response["error"] ?? { message: "response.failed" });
    const reason = textOf(objectOf(response["incomplete_details"])?.["reason"]);
    if (reason === "content_filter") throw contentFilterStop(this.#provider);
    this.#finish = this.#finishReasonOf(type, reason);
    const id = textOf(response["id"]);
    // Only now: the provider keeps nothing of an answer that was cut short, so no call could follow it.
    if (this.#isKept && id !== "") yield* this.#items.mark({ response_id: id });
  }

  #finishReasonOf(type: string, incompleteReason: string): FinishReason {
    if (type === "response.incomplete") return incompleteReason === "max_output_tokens" ? "length" : "other";
    if (this.#items.anyCall) return "tool_calls";
    return this.#items.refused ? "content_filter" : "stop";
  }
}

function usageOf(usage: JsonObject): Usage {
  const prompt = countOf(usage["input_tokens"]);
  const output = countOf(usage["output_tokens"]);
  const details = objectOf(usage["input_tokens_details"]);
  const read = countOf(details?.["cached_tokens"]);
  const created = countOf(details?.["cache_write_tokens"]);
  return {
    // OpenAI counts cached tokens inside the prompt's. We count them beside it (SPEC K1).
    input_tokens: Math.max(0, prompt - read - created),
    output_tokens: output,
    total_tokens: countOf(usage["total_tokens"]) || prompt + output,
    reasoning_tokens: countOf(objectOf(usage["output_tokens_details"])?.["reasoning_tokens"]),
    cache_creation_tokens: created,
    cache_read_tokens: read,
    context_limit: null,
  };
}
