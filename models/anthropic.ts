// Models room: Anthropic's Messages.
import Anthropic from "@anthropic-ai/sdk";
import { thinkingSettings } from "./anthropic-thinking.ts";
import type { ModelRequest, Provider, StreamOptions } from "./provider.ts";
import { type ProviderOptions, requestBody, sdkTimeoutMs } from "./provider-options.ts";
import { createAnthropicReader } from "./read-anthropic.ts";
import { silenceMsDefault, streamAnswer } from "./stream-answer.ts";
import { toAnthropic } from "./to-anthropic.ts";

type Body = Anthropic.Messages.MessageCreateParamsStreaming;

/** This API wants a limit named in each request (SPEC L12). */
const outputTokensMaxDefault = 32_000;

/** A provider that speaks Messages. */
export function createAnthropic(options: ProviderOptions): Provider {
  const client = createClient(options);
  const { name, apiKey, silenceMs = silenceMsDefault } = options;
  return {
    name,
    dialect: "anthropic",
    stream: (request: ModelRequest, { signal, newToolCallId }: StreamOptions) =>
      streamAnswer(
        {
          provider: name,
          reader: createAnthropicReader({ provider: name, newToolCallId }),
          open: (line) => {
            const body = messagesBody(request, name);
            return client.messages.create(body, { signal: line, headers: versionHeader(body) }).asResponse();
          },
          silenceMs,
          secrets: [apiKey],
        },
        signal,
      ),
  };
}

function createClient(options: ProviderOptions): Anthropic {
  return new Anthropic({
    apiKey: options.apiKey,
    // Given explicitly, so that nothing is read from the environment. The SDK adds /v1 itself.
    baseURL: (options.baseUrl ?? "https://api.anthropic.com").replace(/\/v1\/?$/, ""),
    // The SDK sends the key as a bearer token alone; servers that imitate the API may look for its older header.
    ...(options.baseUrl === undefined ? {} : { defaultHeaders: { "x-api-key": options.apiKey } }),
    webhookKey: null,
    maxRetries: 0,
    timeout: sdkTimeoutMs(options.silenceMs ?? silenceMsDefault),
    // Its log would hold pieces of answers (SPEC A5).
    logLevel: "off",
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
}

/** The API's newer versions refuse sampling settings, even at their defaults; only this one knows them (SPEC L12). */
const SAMPLING_VERSION = "2023-06-01";
const SAMPLING_FIELDS = ["temperature", "top_p", "top_k"];

function versionHeader(body: object): Record<string, string> {
  const samples = SAMPLING_FIELDS.some((field) => field in body);
  return samples ? { "anthropic-version": SAMPLING_VERSION } : {};
}

function messagesBody(request: ModelRequest, provider: string): Body {
  const { config, tools } = request;
  const { system, messages } = toAnthropic(request.system, request.messages, provider);
  const maxTokens = config.max_output_tokens ?? outputTokensMaxDefault;
  const thinking = thinkingSettings(request.model, config.reasoning_effort, maxTokens);
  // Thinking refuses to be combined with sampling settings.
  const sampling = "thinking" in thinking ? {} : pickSampling(config);
  const stop = config.stop?.filter((text) => text.trim() !== "") ?? [];
  const chosen = {
    ...sampling,
    ...thinking,
    max_tokens: maxTokens,
    system: system.length === 0 ? undefined : system,
    stop_sequences: stop.length === 0 ? undefined : stop,
    tools:
      tools.length === 0
        ? undefined
        : tools.map(({ name, description, parameters }) => ({
            name,
            description,
            input_schema: parameters,
          })),
  };
  const fixed = { model: request.model, messages, stream: true };
  // The cast is safe by `fixed`; the options of a deployment may hold anything the API knows.
  return requestBody(chosen, config.provider_options, fixed) as Body;
}

function pickSampling({ temperature, top_p, top_k }: ModelRequest["config"]): object {
  return { temperature, top_p, top_k };
}
