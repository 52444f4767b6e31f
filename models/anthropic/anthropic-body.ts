// Builds the request of Anthropic's Messages, with each setting in the words that the model knows. Pure.
import type Anthropic from "@anthropic-ai/sdk";
import type { ContentBlockParam } from "@anthropic-ai/sdk/resources/messages";
import { requestBody } from "../http/provider-options.ts";
import { type AskedOutput, askedOutput, OUTPUT_WAYS } from "../prompt/asked-output.ts";
import { CallSettings, outputTokensMaxDefault } from "../prompt/call-settings.ts";
import { type ChosenTools, chosenTools, isForced } from "../prompt/chosen-tools.ts";
import type { ModelRequest, UnsupportedSetting } from "../provider.ts";
import { claudeTraits } from "../quirks/claude-traits.ts";
import { shapeOf, withFieldQuirks } from "../quirks/quirk-lessons.ts";
import { appendStartedAnswer, prefillObstacle } from "./anthropic-prefill.ts";
import { mayThink, type ThinkingFields, thinkingSettings } from "./anthropic-thinking.ts";
import { toAnthropic } from "./to-anthropic.ts";

type Body = Anthropic.Messages.MessageCreateParamsStreaming;

/** This API takes temperatures from 0 to 1. Others go to 2. */
const temperatureMax = 1;

/** Anthropic refuses a request with a larger picture. It counts base64. */
const imageCharsMax = 5 * 1024 * 1024;

export function anthropicBody(
  request: ModelRequest,
  provider: string,
): { readonly body: Body; readonly unsupported: readonly UnsupportedSetting[] } {
  const { model } = request;
  const settings = new CallSettings(request.config);
  settings.dropMissing("anthropic");
  const uncontinued = settings.prefill === undefined ? null : prefillObstacle(request, settings);
  if (uncontinued !== null) settings.note("prefill", uncontinued);
  // This API requires a limit in each request.
  const maxTokens = settings.outputTokens(model, outputTokensMaxDefault) ?? outputTokensMaxDefault;
  const output = askedOutput(request, OUTPUT_WAYS.anthropic, true);
  // Without the provider's name, nothing that it signed goes back to it.
  const { system, messages } = toAnthropic(output.system, request.messages, {
    provider: request.replay_full_history === true ? "" : provider,
    // Servers that imitate the API write their own ids, and accept back what they wrote.
    shape: shapeOf(request.quirks, { call_ids: "any", image_chars_max: imageCharsMax }),
    declared: new Set(request.tools.map(({ name }) => name)),
    files: request.files,
  });
  const toolChoice = chosenTools(request);
  const forced = isForced(toolChoice);
  const thinks = !forced && mayThink(request, messages);
  const thinking = thinks ? thinkingSettings({ request, settings, maxTokens }) : {};
  if (!thinks && (settings.effort() ?? "none") !== "none")
    settings.note(
      "reasoning_effort",
      forced
        ? "a call that has to call a tool goes without thinking"
        : "what was thought in this tool loop cannot go back: it ends without thinking",
    );
  const chosen = {
    ...samplingOf(model, settings, isThinking(thinking)),
    ...thinking,
    output_config: outputConfig(thinking, output),
    max_tokens: maxTokens,
    stop_sequences: settings.stop({ takesBlank: false }),
    ...toolsOf(toolChoice),
  };
  const asked = appendStartedAnswer(messages, request.prefill);
  const fixed = {
    model,
    system: system.length === 0 ? undefined : system,
    messages: asked,
    stream: true,
    // Whatever the deployment's options ask for: the request would be refused.
    ...(thinks ? {} : { thinking: undefined }),
  };
  // The cast is safe by `fixed`. The options of a deployment may contain anything that the API knows.
  const written = requestBody(chosen, settings.provider_options, fixed) as Body;
  const { body, changed } = withFieldQuirks(written, request.quirks);
  return { body, unsupported: [...settings.noted, ...changed] };
}

function isThinking({ thinking }: ThinkingFields): boolean {
  return thinking !== undefined && thinking.type !== "disabled";
}

/** The request after a pause: the same, with what the model has said so far as the answer to continue. */
export function continuedBody(
  body: Body,
  said: readonly ContentBlockParam[],
  container: string | null,
): Body {
  const last = body.messages.at(-1);
  const begun = last?.role === "assistant" && Array.isArray(last.content) ? last.content : [];
  const before = begun.length > 0 ? body.messages.slice(0, -1) : body.messages;
  return {
    ...body,
    messages: [...before, { role: "assistant", content: [...begun, ...said] }],
    // What the provider's tools have made so far is there.
    ...(container === null ? {} : { container }),
  };
}

function samplingOf(model: string, settings: CallSettings, thinks: boolean): object {
  const { sampling } = claudeTraits(model);
  if (thinks || sampling === "none") {
    const why = thinks ? "thinking takes no sampling settings" : `${model} takes no sampling settings`;
    settings.dropGiven(["temperature", "top_p", "top_k"], why);
    return {};
  }
  const temperature = settings.number("temperature");
  const isHot = temperature !== undefined && temperature > temperatureMax;
  if (isHot) settings.note("temperature", `Anthropic takes at most ${temperatureMax}`);
  const keepsTopP = temperature === undefined || sampling === "both";
  if (!keepsTopP) settings.dropGiven(["top_p"], `${model} takes temperature or top_p, not both`);
  return {
    temperature: isHot ? temperatureMax : temperature,
    top_p: keepsTopP ? settings.number("top_p") : undefined,
    top_k: settings.number("top_k"),
  };
}

function outputConfig({ output_config }: ThinkingFields, { format }: AskedOutput): object | undefined {
  if (format === null) return output_config;
  return { ...output_config, format: { type: "json_schema", schema: format.schema } };
}

function toolsOf({ tools, choice }: ChosenTools): object {
  if (tools.length === 0) return {};
  return {
    tools: tools.map(({ name, description, parameters }) => ({
      name,
      description,
      input_schema: parameters,
    })),
    tool_choice: choice === undefined ? undefined : choiceOf(choice),
  };
}

function choiceOf(choice: NonNullable<ChosenTools["choice"]>): object {
  if (typeof choice === "object") return { type: "tool", name: choice.tool_name };
  return { type: choice === "required" ? "any" : choice };
}
