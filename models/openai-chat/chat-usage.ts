// Reads the usage of a Chat Completions stream. Pure.
import type { Usage } from "../../core/chat/message.ts";
import type { JsonObject } from "../../core/part/part.ts";
import { countOf, numberOf, objectOf } from "../http/untrusted-json.ts";

/** Usage is in the chunk, in the choice (Moonshot) or in `x_groq`. Running totals replace each other. */
export function chatUsage(event: JsonObject, choice: JsonObject | null): Usage | null {
  const usage =
    objectOf(event["usage"]) ?? objectOf(choice?.["usage"]) ?? objectOf(objectOf(event["x_groq"])?.["usage"]);
  if (usage === null) return null;
  const prompt = countOf(usage["prompt_tokens"]);
  const output = countOf(usage["completion_tokens"]);
  const details = objectOf(usage["prompt_tokens_details"]);
  const read = countOf(details?.["cached_tokens"] ?? usage["prompt_cache_hit_tokens"]);
  const created = countOf(details?.["cache_write_tokens"]);
  return {
    // OpenAI counts cached tokens inside the prompt's. We count them beside it (SPEC K1).
    input_tokens: Math.max(0, prompt - read - created),
    output_tokens: output,
    total_tokens: countOf(usage["total_tokens"]) || prompt + output,
    reasoning_tokens: countOf(objectOf(usage["completion_tokens_details"])?.["reasoning_tokens"]),
    cache_creation_tokens: created,
    cache_read_tokens: read,
    context_limit: numberOf(usage["n_ctx"] ?? objectOf(event["timings"])?.["n_ctx"]),
  };
}
