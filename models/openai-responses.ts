// Models room: OpenAI's Responses, with the whole history in each request and nothing stored at the provider.
import type OpenAI from "openai";
import { createOpenAiClient } from "./openai-client.ts";
import type { ModelRequest, Provider, StreamOptions } from "./provider.ts";
import { type ProviderOptions, requestBody } from "./provider-options.ts";
import { createOpenAiResponsesReader } from "./read-openai-responses.ts";
import { silenceMsDefault, streamAnswer } from "./stream-answer.ts";
import { toOpenAiResponses } from "./to-openai-responses.ts";

type Body = OpenAI.Responses.ResponseCreateParamsStreaming;

/** Models that reason: only they take, and give, sealed reasoning; others answer 400 to the wish. */
const REASONING_MODEL = /^(o\d|gpt-(5|6|7|8|9)(?!.*-chat)|codex)/;

/** A provider that speaks Responses. */
export function createOpenAiResponses(options: ProviderOptions): Provider {
  const client = createOpenAiClient(options);
  const { name, apiKey, silenceMs = silenceMsDefault } = options;
  return {
    name,
    dialect: "openai-responses",
    stream: (request: ModelRequest, { signal, newToolCallId }: StreamOptions) =>
      streamAnswer(
        {
          provider: name,
          reader: createOpenAiResponsesReader({ provider: name, newToolCallId }),
          open: (line) =>
            client.responses.create(responsesBody(request, name), { signal: line }).asResponse(),
          silenceMs,
          secrets: [apiKey],
        },
        signal,
      ),
  };
}

function responsesBody(request: ModelRequest, provider: string): Body {
  const { config, tools } = request;
  const { instructions, input } = toOpenAiResponses(request.system, request.messages, provider);
  const effort = config.reasoning_effort;
  const doesReason = REASONING_MODEL.test(request.model) || (effort !== undefined && effort !== "none");
  const chosen = {
    instructions,
    max_output_tokens: config.max_output_tokens,
    temperature: config.temperature,
    top_p: config.top_p,
    // Summaries are all that is shown of reasoning, and come only when asked for.
    reasoning:
      effort === undefined ? undefined : { effort, ...(effort === "none" ? {} : { summary: "auto" }) },
    include: doesReason ? ["reasoning.encrypted_content"] : undefined,
    store: false,
    tools:
      tools.length === 0
        ? undefined
        : tools.map(({ name, description, parameters }) => ({
            type: "function",
            name,
            description,
            parameters,
            strict: false,
          })),
  };
  const fixed = { model: request.model, input, stream: true };
  // The cast is safe by `fixed`; the options of a deployment may hold anything the API knows.
  return requestBody(chosen, config.provider_options, fixed) as Body;
}
