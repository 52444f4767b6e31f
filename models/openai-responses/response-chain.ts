// Finds the answer in a history that the provider keeps, so that the next call can follow it (SPEC L10). Pure.
import type { ResponseInputItem } from "openai/resources/responses/responses";
import type { Part, ToolCallPart, ToolResultPart } from "../../core/part/part.ts";
import { resultContent } from "../prompt/result-content.ts";
import type { FileView } from "../prompt/shown-file.ts";
import type { PromptMessage } from "../provider.ts";
import { functionCallOutput } from "./to-openai-responses.ts";

/** The newest answer that the provider keeps, and what it has not seen yet. */
export interface ChainEnd {
  readonly response_id: string;
  /** Outputs of the calls in that answer, in its order. */
  readonly outputs: readonly ResponseInputItem[];
  /** The messages after it. */
  readonly messages: readonly PromptMessage[];
}

/** Null if nothing in the history can be named: then all of it is sent. */
export function chainEnd(
  messages: readonly PromptMessage[],
  provider: string,
  view?: FileView,
): ChainEnd | null {
  const place = messages.findLastIndex((message) => responseIdOf(message, provider) !== null);
  const message = messages[place];
  const response_id = message === undefined ? null : responseIdOf(message, provider);
  if (message === undefined || response_id === null) return null;
  const after = messages.slice(place + 1);
  const results = new Map(
    after.flatMap(({ content }) =>
      content.flatMap((part): [string, ToolResultPart][] =>
        part.type === "tool-result" ? [[part.tool_call_id, part]] : [],
      ),
    ),
  );
  const outputs: ResponseInputItem[] = [];
  for (const call of message.content.filter(isLocalCall)) {
    const call_id = call.provider_data?.["call_id"];
    // The provider knows the call only by its own id.
    if (typeof call_id !== "string") return null;
    outputs.push(functionCallOutput(call_id, resultContent(results.get(call.tool_call_id), view)));
  }
  return { response_id, outputs, messages: after };
}

/** At the answer's last part, and only if the answer was complete: the provider does not keep one that was cut short. */
function responseIdOf({ role, content, provider: writer }: PromptMessage, provider: string): string | null {
  if (role !== "assistant" || writer !== provider) return null;
  for (const part of content) {
    const data = "provider_data" in part ? part.provider_data : undefined;
    const id = data?.provider === provider ? data["response_id"] : undefined;
    if (typeof id === "string" && id !== "") return id;
  }
  return null;
}

function isLocalCall(part: Part): part is ToolCallPart {
  return part.type === "tool-call" && part.provider_executed !== true;
}
