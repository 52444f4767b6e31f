// Models room: reads the stream of OpenAI's Chat Completions, as OpenAI and the many servers that imitate it send it.
import type { FinishReason, Usage } from "../core/message.ts";
import type { JsonObject } from "../core/part.ts";
import { type AnswerReader, type ReaderOptions, StreamFailure } from "./answer-reader.ts";
import { ChatToolCalls } from "./chat-tool-calls.ts";
import { contentFilterStop } from "./own-fault.ts";
import { PartIndexes } from "./part-indexes.ts";
import type { ModelError, ModelEvent } from "./provider.ts";
import { countOf, listOf, numberOf, objectOf, textOf } from "./untrusted-json.ts";

/** Where servers put reasoning: DeepSeek and llama.cpp, then vLLM and OpenRouter. The same text may stand in both. */
const REASONING_FIELDS = ["reasoning_content", "reasoning"] as const;

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  eos: "stop",
  end_turn: "stop",
  length: "length",
  max_tokens: "length",
  tool_calls: "tool_calls",
  function_call: "tool_calls",
};

/** A reader for one streamed chat completion. */
export function createOpenAiChatReader(options: ReaderOptions): AnswerReader {
  return new OpenAiChatReader(options);
}

class OpenAiChatReader implements AnswerReader {
  readonly #provider: string;
  readonly #parts = new PartIndexes();
  readonly #calls: ChatToolCalls;
  #finish: FinishReason | null = null;
  #refused = false;
  #filtered = false;
  #isNamed = false;

  constructor(options: ReaderOptions) {
    this.#provider = options.provider;
    this.#calls = new ChatToolCalls(options, this.#parts);
  }

  *read(event: JsonObject, name: string | null): Iterable<ModelEvent> {
    throwIfError(event, name);
    const [id, model] = [textOf(event["id"]), textOf(event["model"])];
    if (!this.#isNamed && (id !== "" || model !== "")) {
      this.#isNamed = true;
      yield { type: "response", response_id: id || null, model: model || null };
    }
    // One answer is asked for; other choices are of no interest.
    const choice = listOf(event["choices"])
      .map(objectOf)
      .find((each) => (each?.["index"] ?? 0) === 0);
    if (choice) yield* this.#readDelta(objectOf(choice["delta"]) ?? objectOf(choice["message"]) ?? {});
    const usage = usageOf(event, choice ?? null);
    if (usage !== null) yield { type: "usage", usage };
    if (choice) this.#readFinish(choice);
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
    return this.#filtered ? contentFilterStop(this.#provider) : null;
  }

  /** Usage may follow the finish reason, so only `[DONE]` or the end of the stream ends it. */
  ended(): boolean {
    return false;
  }

  #readDelta(delta: JsonObject): readonly ModelEvent[] {
    const events: ModelEvent[] = [];
    const field = REASONING_FIELDS.find((each) => textOf(delta[each]) !== "");
    if (field !== undefined) {
      const data = { provider: this.#provider, field };
      events.push(this.#parts.continue({ type: "reasoning", text: textOf(delta[field]) }, data));
    }
    const refusal = textOf(delta["refusal"]);
    if (refusal !== "") this.#refused = true;
    for (const text of [textOf(delta["content"]), refusal]) {
      if (text !== "") events.push(this.#parts.continue({ type: "text", text }));
    }
    events.push(...sourcesOf(delta).map((source) => this.#parts.single({ type: "source", ...source })));
    events.push(...this.#calls.read(delta));
    return events;
  }

  #readFinish(choice: JsonObject): void {
    const reason = textOf(choice["finish_reason"]);
    if (reason === "") return;
    if (reason === "content_filter") this.#filtered = true;
    if (reason === "error") throw new StreamFailure(choice["error"] ?? { message: "finish_reason error" });
    this.#finish = FINISH_REASONS[reason] ?? "other";
  }
}

function throwIfError(event: JsonObject, name: string | null): void {
  const error = event["error"];
  if (error !== undefined && error !== null && error !== false) throw new StreamFailure(error);
  // vLLM sends {"object": "error", "message": …}; gateways name the event instead.
  if (name === "error" || event["object"] === "error") throw new StreamFailure(event);
}

function sourcesOf(delta: JsonObject): readonly { url: string; title: string }[] {
  return listOf(delta["annotations"]).flatMap((each) => {
    const citation = objectOf(objectOf(each)?.["url_citation"]);
    const url = textOf(citation?.["url"]);
    return url === "" ? [] : [{ url, title: textOf(citation?.["title"]) }];
  });
}

/** Usage stands at the chunk, in the choice (Moonshot) or in `x_groq`; running totals replace each other. */
function usageOf(event: JsonObject, choice: JsonObject | null): Usage | null {
  const usage =
    objectOf(event["usage"]) ?? objectOf(choice?.["usage"]) ?? objectOf(objectOf(event["x_groq"])?.["usage"]);
  if (usage === null) return null;
  const prompt = countOf(usage["prompt_tokens"]);
  const output = countOf(usage["completion_tokens"]);
  const details = objectOf(usage["prompt_tokens_details"]);
  const read = countOf(details?.["cached_tokens"] ?? usage["prompt_cache_hit_tokens"]);
  const created = countOf(details?.["cache_write_tokens"]);
  return {
    // OpenAI counts cached tokens inside the prompt's; ours are counted beside it (SPEC K1).
    input_tokens: Math.max(0, prompt - read - created),
    output_tokens: output,
    total_tokens: countOf(usage["total_tokens"]) || prompt + output,
    reasoning_tokens: countOf(objectOf(usage["completion_tokens_details"])?.["reasoning_tokens"]),
    cache_creation_tokens: created,
    cache_read_tokens: read,
    context_limit: numberOf(usage["n_ctx"] ?? objectOf(event["timings"])?.["n_ctx"]),
  };
}
