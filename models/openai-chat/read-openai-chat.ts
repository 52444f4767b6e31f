// Reads the stream of OpenAI's Chat Completions, as OpenAI and the many servers that imitate it send it.
import type { FinishReason } from "../../core/chat/message.ts";
import type { JsonObject } from "../../core/part/part.ts";
import { contentFilterStop, malformedCall } from "../errors/own-fault.ts";
import { type AnswerReader, type ReaderOptions, StreamFailure } from "../http/answer-reader.ts";
import { listOf, numberOf, objectOf, objectsOf, textOf, writtenOf } from "../http/untrusted-json.ts";
import type { ModelError, ModelEvent } from "../provider.ts";
import { PartIndexes } from "../stream/part-indexes.ts";
import { chatFinish } from "./chat-finish.ts";
import { ChatReasoning } from "./chat-reasoning.ts";
import { ChatSources } from "./chat-sources.ts";
import { ChatToolCalls } from "./chat-tool-calls.ts";
import { chatUsage } from "./chat-usage.ts";

/** A reader for one streamed chat completion. */
export function createOpenAiChatReader(options: ReaderOptions): AnswerReader {
  return new OpenAiChatReader(options);
}

class OpenAiChatReader implements AnswerReader {
  readonly #provider: string;
  readonly #parts = new PartIndexes();
  readonly #calls: ChatToolCalls;
  readonly #reasoning: ChatReasoning;
  readonly #sources = new ChatSources();
  #finish: FinishReason | null = null;
  #refused = false;
  #filtered = false;
  /** In the server's words: the model started a call that the server could not read. */
  #malformed: string | null = null;
  #isNamed = false;
  #hasUsage = false;
  /** Index of the choice that is the answer: that of the first one. */
  #choice: number | null = null;
  /** Other choices with their own text. */
  readonly #rivals = new Set<number>();

  constructor(options: ReaderOptions) {
    this.#provider = options.provider;
    this.#calls = new ChatToolCalls(options, this.#parts);
    this.#reasoning = new ChatReasoning(options.provider, this.#parts);
  }

  *read(event: JsonObject, name: string | null): Iterable<ModelEvent> {
    throwIfError(event, name);
    const [id, model] = [textOf(event["id"]), textOf(event["model"])];
    if (!this.#isNamed && (id !== "" || model !== "")) {
      this.#isNamed = true;
      yield { type: "response", response_id: id || null, model: model || null };
    }
    const choices = objectsOf(event["choices"]);
    // The first one is the answer, and servers start counting at 0.
    if (choices.length > 0) this.#choice ??= Math.min(...choices.map(placeOf));
    for (const choice of choices) yield* this.#readChoice(choice);
    const sources = this.#sources.read(event, choices.map(deltaOf));
    yield* sources.map((source) => this.#parts.single({ type: "source", ...source }));
    yield* this.#readUsage(event, choices[0] ?? null);
    for (const choice of choices) this.#readFinish(choice);
  }

  /**
   * We ask for one answer. What another choice says is a rival and ignored; its calls belong to this answer (GitHub
   * Copilot).
   */
  #readChoice(choice: JsonObject): readonly ModelEvent[] {
    const place = placeOf(choice);
    const delta = deltaOf(choice);
    if (place === this.#choice) return this.#readDelta(delta);
    if (this.#rivals.has(place) || writtenOf(delta["content"]) !== "") {
      this.#rivals.add(place);
      return [];
    }
    return this.#calls.read(delta, place);
  }

  /** Some servers end with a usage of zeros, which no call has: the earlier numbers stay. */
  #readUsage(event: JsonObject, choice: JsonObject | null): readonly ModelEvent[] {
    const usage = chatUsage(event, choice);
    if (usage === null || (usage.total_tokens === 0 && this.#hasUsage)) return [];
    this.#hasUsage = true;
    return [{ type: "usage", usage }];
  }

  finishReason(sawDone: boolean): FinishReason | null {
    const reason = this.#finish ?? (sawDone ? "stop" : null);
    if (reason === null || reason === "length") return reason;
    // Some servers say `stop` beside tool calls, some `tool_calls` without any: the calls decide.
    if (this.#calls.any) return "tool_calls";
    if (this.#refused) return "content_filter";
    return reason === "tool_calls" ? "stop" : reason;
  }

  endFault(): ModelError | null {
    if (this.#malformed !== null) return malformedCall(this.#provider, this.#malformed);
    return this.#filtered ? contentFilterStop(this.#provider) : null;
  }

  unusable(): readonly string[] {
    return this.#calls.unusable;
  }

  /** Usage may follow the finish reason, so only `[DONE]` or the end of the stream ends it. */
  ended(): boolean {
    return false;
  }

  rest(): readonly ModelEvent[] {
    return [...this.#reasoning.rest(), ...this.#calls.rest()];
  }

  /** A completion that was not streamed has a `message` where a chunk has a `delta`. */
  readWhole(body: JsonObject): Iterable<ModelEvent> | null {
    return Array.isArray(body["choices"]) ? this.read(body, null) : null;
  }

  #readDelta(delta: JsonObject): readonly ModelEvent[] {
    const events: ModelEvent[] = [...this.#reasoning.read(delta), ...this.#readContent(delta["content"])];
    const refusal = writtenOf(delta["refusal"]);
    if (refusal !== "") {
      this.#refused = true;
      events.push(this.#parts.continue({ type: "text", text: refusal }));
    }
    events.push(...this.#calls.read(delta, 0));
    return events;
  }

  /** Text, or a list of pieces of text and of thinking (Mistral). */
  #readContent(content: unknown): readonly ModelEvent[] {
    if (Array.isArray(content)) return content.flatMap((piece) => this.#readPiece(objectOf(piece) ?? {}));
    const text = writtenOf(content);
    return text === "" ? [] : [this.#parts.continue({ type: "text", text })];
  }

  #readPiece(piece: JsonObject): readonly ModelEvent[] {
    if (piece["type"] !== "thinking") return this.#readContent(writtenOf(piece["text"]));
    const texts = listOf(piece["thinking"]).map((each) => writtenOf(objectOf(each)?.["text"]));
    const thinking = writtenOf(piece["thinking"]) || texts.join("");
    return thinking === "" ? [] : [this.#reasoning.show(thinking, null)];
  }

  #readFinish(choice: JsonObject): void {
    if (this.#rivals.has(placeOf(choice))) return;
    const finish = chatFinish(choice);
    if (finish.type === "failed") throw new StreamFailure(choice["error"] ?? { message: finish.words });
    if (finish.type === "filtered") {
      this.#filtered = true;
      this.#finish = "content_filter";
    }
    if (finish.type === "malformed") {
      this.#malformed = finish.words;
      this.#finish = "other";
    }
    if (finish.type === "finished") this.#finish = finish.reason;
  }
}

function placeOf(choice: JsonObject): number {
  return numberOf(choice["index"]) ?? 0;
}

function deltaOf(choice: JsonObject): JsonObject {
  return objectOf(choice["delta"]) ?? objectOf(choice["message"]) ?? {};
}

function throwIfError(event: JsonObject, name: string | null): void {
  const error = event["error"];
  if (error !== undefined && error !== null && error !== false) throw new StreamFailure(error);
  // vLLM sends {"object": "error", "message": …}. Gateways name the event, or give it a type.
  const isError = name === "error" || event["object"] === "error" || event["type"] === "error";
  // Python's web servers report failures as a bare {"detail": …}.
  const isBare = event["choices"] === undefined && textOf(event["detail"]) !== "";
  if (isError || isBare) throw new StreamFailure(event);
}
