// Converts a tool that OpenAI ran itself to a call and its result. Both stay in the assistant message (SPEC L7).
import type { JsonObject } from "../../core/part/part.ts";
import { objectOf, parseObject, textOf } from "../http/untrusted-json.ts";
import type { ModelDelta } from "../provider.ts";

/**
 * The call and its result. The item itself is kept for that provider only, except images, which are too large for a
 * message.
 */
export function serverToolParts(
  item: JsonObject,
  toolCallId: string,
  provider: string,
): { readonly call: ModelDelta; readonly result: ModelDelta } {
  const type = textOf(item["type"]);
  const name = textOf(item["name"]) || type.replace(/_call$/, "");
  const isImage = type === "image_generation_call";
  const error = item["error"] ?? null;
  const args = parseObject(textOf(item["arguments"])) ?? objectOf(item["action"]) ?? askedOf(item);
  return {
    call: {
      type: "tool-call",
      tool_call_id: toolCallId,
      tool_name: name,
      args_delta: JSON.stringify(args),
      provider_executed: true,
      ...(isImage ? {} : { provider_data: { item, provider } }),
    },
    result: {
      type: "tool-result",
      tool_call_id: toolCallId,
      tool_name: name,
      result: isImage ? { status: item["status"] } : resultOf(item),
      is_error: error !== null || item["status"] === "failed",
    },
  };
}

/** What tools without arguments were asked: the code that ran, the files that were searched. */
function askedOf(item: JsonObject): JsonObject {
  const known = ["code", "queries"].map((key) => [key, item[key]] as const);
  return Object.fromEntries(known.filter(([, value]) => value !== undefined && value !== null));
}

function resultOf(item: JsonObject): JsonObject {
  const known = ["status", "output", "outputs", "results", "error"].map((key) => [key, item[key]] as const);
  return Object.fromEntries(known.filter(([, value]) => value !== undefined && value !== null));
}
