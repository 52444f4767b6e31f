// Brings names and numbers from a provider into a form that Postgres and Temporal accept. Everything of an answer
// passes here, so no later code has to check. Text keeps its NULs, which JSON can hold; columns of text and names
// cannot.

import type { JsonValue, ProviderData } from "../../core/part/part.ts";
import { headOf } from "../../core/text/truncate.ts";
import { declaredTool } from "../prompt/declared-tool.ts";
import type { ModelDelta, ModelEvent } from "../provider.ts";

/** UTF-8 bytes of a name. Temporal shows it in a field of 400 bytes; the longest real one is a sixth of this. */
const nameBytesMax = 384;
/** Ids and names of models. Nobody looks up longer ones. */
const idBytesMax = 1_024;

/** The event with names and ids that can be stored, and with the plain name of a tool that the request declares. */
export function storableEvent(event: ModelEvent, tools: readonly string[]): ModelEvent {
  if (event.type === "part") return { ...event, delta: storableDelta(event.delta, tools) };
  if (event.type !== "response") return event;
  const { response_id, model } = event;
  return {
    ...event,
    response_id: response_id === null ? null : plainText(response_id, idBytesMax),
    model: model === null ? null : plainText(model, idBytesMax),
  };
}

function storableDelta(delta: ModelDelta, tools: readonly string[]): ModelDelta {
  switch (delta.type) {
    case "source":
      return { ...delta, url: plainText(delta.url), title: plainText(delta.title) };
    case "tool-call": {
      const tool_name = plainText(declaredTool(delta.tool_name, tools), nameBytesMax);
      return { ...delta, tool_name, ...storableData(delta.provider_data) };
    }
    case "tool-result": {
      const tool_name = plainText(delta.tool_name, nameBytesMax);
      // The cast is safe: an object of plain text is an object.
      const result = plainJson(delta.result) as typeof delta.result;
      return { ...delta, tool_name, result, ...storableData(delta.provider_data) };
    }
    default:
      return delta.provider_data === undefined ? delta : { ...delta, ...storableData(delta.provider_data) };
  }
}

function storableData(data: ProviderData | undefined): { readonly provider_data?: ProviderData } {
  // The cast is safe: keys stay, and `provider` is a name of ours.
  return data === undefined ? {} : { provider_data: plainJson(data) as ProviderData };
}

/** Text without NULs and lone surrogates, with at most this many UTF-8 bytes. */
function plainText(text: string, bytesMax?: number): string {
  const plain = text.toWellFormed().replaceAll("\0", "\uFFFD");
  return bytesMax === undefined ? plain : headOf(plain, bytesMax);
}

function plainJson(value: JsonValue): JsonValue {
  if (typeof value === "string") return plainText(value);
  if (Array.isArray(value)) return value.map(plainJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [plainText(key), each === undefined ? each : plainJson(each)]),
  );
}
