// Builds the request of OpenAI's Chat Completions, with each setting in the words that the server knows. Pure.
import type OpenAI from "openai";
import { requestBody } from "../http/provider-options.ts";
import { type AskedOutput, askedOutput, OUTPUT_WAYS } from "../prompt/asked-output.ts";
import { CallSettings, outputTokensMaxDefault } from "../prompt/call-settings.ts";
import { chosenTools } from "../prompt/chosen-tools.ts";
import type { ModelRequest, UnsupportedSetting } from "../provider.ts";
import { openAiKind } from "../quirks/model-traits.ts";
import { shapeOf, withFieldQuirks } from "../quirks/quirk-lessons.ts";
import { chatPrefill } from "./chat-prefill.ts";
import { toOpenAiChat } from "./to-openai-chat.ts";

type Body = OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming;

export interface ChatTarget {
  /** The provider's name: it gets its own data back. */
  readonly provider: string;
  /** OpenAI itself, or Azure: they refuse fields that they do not know. Other servers ignore them. */
  readonly is_strict: boolean;
}

/** How many stop sequences OpenAI takes. */
const stopSequencesMax = 4;

const SAMPLING = ["temperature", "top_p", "presence_penalty", "frequency_penalty"] as const;

export function openAiChatBody(
  request: ModelRequest,
  target: ChatTarget,
): { readonly body: Body; readonly unsupported: readonly UnsupportedSetting[] } {
  const settings = new CallSettings(request.config);
  settings.dropMissing(target.is_strict ? "openai-chat-strict" : "openai-chat");
  const output = askedOutput(request, OUTPUT_WAYS["openai-chat"], target.is_strict);
  const chosen = {
    ...limitOf(request.model, settings, target),
    ...(target.is_strict ? strictSettings(request.model, settings) : openSettings(settings)),
    stream_options: { include_usage: true },
    ...toolsOf(request),
    response_format: formatOf(output),
  };
  const messages = toOpenAiChat(output.system, request.messages, {
    // Without the provider's name, nothing of its private data goes back to it.
    provider: request.replay_full_history === true ? "" : target.provider,
    shape: shapeOf(request.quirks, { call_ids: target.is_strict ? "plain" : "any" }),
    declared: new Set(request.tools.map(({ name }) => name)),
    files: request.files,
  });
  const begun = chatPrefill(request.prefill, settings.prefill);
  const asked = [...messages, ...begun.messages];
  const fixed = { model: request.model, messages: asked, stream: true, ...begun.fields };
  // The cast is safe by `fixed`. The options of a deployment may contain anything that a server knows.
  const written = requestBody(chosen, settings.provider_options, fixed) as Body;
  const { body, changed } = withFieldQuirks(written, request.quirks);
  return { body, unsupported: [...settings.noted, ...changed] };
}

function limitOf(model: string, settings: CallSettings, { is_strict }: ChatTarget): object {
  // Newer OpenAI models refuse `max_tokens`; many other servers know nothing else. Those also refuse a limit that does
  // not fit into their context beside the prompt (vLLM), so we do not invent one for them.
  const tokens = settings.outputTokens(model, is_strict ? outputTokensMaxDefault : undefined);
  return { [is_strict ? "max_completion_tokens" : "max_tokens"]: tokens };
}

/** Servers that imitate the API ignore whatever they do not know. */
function openSettings(settings: CallSettings): object {
  return {
    temperature: settings.number("temperature"),
    top_p: settings.number("top_p"),
    top_k: settings.number("top_k"),
    presence_penalty: settings.number("presence_penalty"),
    frequency_penalty: settings.number("frequency_penalty"),
    reasoning_effort: settings.effort(),
    stop: settings.stop({ takesBlank: true }),
  };
}

function strictSettings(model: string, settings: CallSettings): object {
  const kind = openAiKind(model);
  const effort = settings.effort();
  const stop = settings.stop({ listMax: stopSequencesMax, takesBlank: true });
  if (kind === "plain" && effort !== undefined) settings.note("reasoning_effort", `${model} does not reason`);
  if (kind !== "reasoning" || effort === "none") {
    const sampling = Object.fromEntries(SAMPLING.map((name) => [name, settings.number(name)]));
    return { ...sampling, stop, reasoning_effort: kind === "plain" ? undefined : effort };
  }
  settings.dropGiven(SAMPLING, `${model} reasons, and takes no sampling settings`);
  if (stop !== undefined) settings.note("stop", `${model} reasons, and takes no stop sequences`);
  return { reasoning_effort: effort };
}

function toolsOf(request: ModelRequest): object {
  const { tools, choice } = chosenTools(request);
  if (tools.length === 0) return {};
  return {
    tools: tools.map(({ name, description, parameters }) => ({
      type: "function",
      function: { name, description, parameters },
    })),
    tool_choice:
      typeof choice === "object" ? { type: "function", function: { name: choice.tool_name } } : choice,
  };
}

function formatOf({ format }: AskedOutput): object | undefined {
  return format === null ? undefined : { type: "json_schema", json_schema: { name: "answer", ...format } };
}
