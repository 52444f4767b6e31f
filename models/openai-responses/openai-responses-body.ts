// Builds the request of OpenAI's Responses: the whole history, with nothing stored at the provider, or, in chain mode,
// what came after the answer that the provider keeps (SPEC L10). Pure.
import type OpenAI from "openai";
import { requestBody } from "../http/provider-options.ts";
import { type AskedOutput, askedOutput, OUTPUT_WAYS } from "../prompt/asked-output.ts";
import { CallSettings, outputTokensMaxDefault } from "../prompt/call-settings.ts";
import { chosenTools } from "../prompt/chosen-tools.ts";
import type { ModelRequest, UnsupportedSetting } from "../provider.ts";
import { openAiKind } from "../quirks/model-traits.ts";
import { shapeOf, withFieldQuirks } from "../quirks/quirk-lessons.ts";
import { type ChainEnd, chainEnd } from "./response-chain.ts";
import { toOpenAiResponses } from "./to-openai-responses.ts";

type Body = OpenAI.Responses.ResponseCreateParamsStreaming;
type Input = OpenAI.Responses.ResponseInputItem[];

export interface ResponsesTarget {
  /** The provider's name: it gets its own data back. */
  readonly provider: string;
  /** OpenAI itself, or Azure: the names of their models tell what they accept. */
  readonly is_strict: boolean;
}

export function openAiResponsesBody(
  request: ModelRequest,
  target: ResponsesTarget,
): { readonly body: Body; readonly unsupported: readonly UnsupportedSetting[] } {
  const settings = new CallSettings(request.config);
  settings.dropMissing("openai-responses");
  const output = askedOutput(request, OUTPUT_WAYS["openai-responses"], target.is_strict);
  const chosen = {
    max_output_tokens: settings.outputTokens(
      request.model,
      target.is_strict ? outputTokensMaxDefault : undefined,
    ),
    ...samplingAndReasoning(request.model, settings, target),
    store: settings.response_chain,
    ...toolsOf(request),
    text: formatOf(output),
  };
  const fixed = {
    model: request.model,
    ...promptOf({ ...request, system: output.system }, settings, target),
    stream: true,
  };
  // The cast is safe by `fixed`. The options of a deployment may contain anything that the API knows.
  const written = requestBody(chosen, settings.provider_options, fixed) as Body;
  const { body, changed } = withFieldQuirks(written, request.quirks);
  return { body, unsupported: [...settings.noted, ...changed] };
}

function promptOf(
  { system, messages, tools, quirks, replay_full_history, files }: ModelRequest,
  settings: CallSettings,
  { provider, is_strict }: ResponsesTarget,
): { instructions: string | null; input: Input; previous_response_id?: string } {
  const replays = replay_full_history === true;
  const declared = new Set(tools.map(({ name }) => name));
  // Without the provider's name, nothing that it sealed goes back to it.
  const target = {
    provider: replays ? "" : provider,
    shape: shapeOf(quirks, { call_ids: is_strict ? "plain" : "any" }),
    declared,
    files,
  };
  const end: ChainEnd | null =
    settings.response_chain && !replays ? chainEnd(messages, provider, target) : null;
  if (end !== null) {
    const { instructions, input } = toOpenAiResponses(system, end.messages, target);
    // Nothing new to say, but the API wants input.
    if (end.outputs.length + input.length > 0)
      return { instructions, input: [...end.outputs, ...input], previous_response_id: end.response_id };
  }
  return toOpenAiResponses(system, messages, target);
}

function samplingAndReasoning(model: string, settings: CallSettings, target: ResponsesTarget): object {
  const kind = target.is_strict ? openAiKind(model) : "unknown";
  const wanted = settings.effort();
  if (kind === "plain" && wanted !== undefined) settings.note("reasoning_effort", `${model} does not reason`);
  const effort = kind === "plain" ? undefined : wanted;
  const reasons = openAiKind(model) === "reasoning" || (effort !== undefined && effort !== "none");
  const samples = kind !== "reasoning" || effort === "none";
  if (!samples)
    settings.dropGiven(["temperature", "top_p"], `${model} reasons, and takes no sampling settings`);
  return {
    temperature: samples ? settings.number("temperature") : undefined,
    top_p: samples ? settings.number("top_p") : undefined,
    // Summaries are all that is shown of reasoning, and arrive only if requested.
    reasoning:
      effort === undefined ? undefined : { effort, ...(effort === "none" ? {} : { summary: "auto" }) },
    // Only reasoning models accept the request for sealed reasoning. Others answer 400.
    include: reasons ? ["reasoning.encrypted_content"] : undefined,
  };
}

function toolsOf(request: ModelRequest): object {
  const { tools, choice } = chosenTools(request);
  if (tools.length === 0) return {};
  return {
    tools: tools.map(({ name, description, parameters }) => ({
      type: "function",
      name,
      description,
      parameters,
      strict: false,
    })),
    tool_choice: typeof choice === "object" ? { type: "function", name: choice.tool_name } : choice,
  };
}

function formatOf({ format }: AskedOutput): object | undefined {
  return format === null ? undefined : { format: { type: "json_schema", name: "answer", ...format } };
}
