// A provider that speaks Anthropic's Messages.
import Anthropic from "@anthropic-ai/sdk";
import { type ProviderOptions, sdkTimeoutMs } from "../http/provider-options.ts";
import type { ModelRequest, Provider, StreamOptions } from "../provider.ts";
import { streamLearningQuirks } from "../quirks/ask-again.ts";
import { lineLimits, streamAnswer } from "../stream/stream-answer.ts";
import { anthropicBody, continuedBody } from "./anthropic-body.ts";
import { anthropicContinuable } from "./anthropic-prefill.ts";
import { AnthropicReader } from "./read-anthropic.ts";

/** Creates a provider that speaks Messages. */
export function createAnthropic(given: ProviderOptions): Provider {
  const client = createClient(given);
  const base_url = given.baseUrl ?? null;
  const { name, apiKey } = given;
  const limits = lineLimits(given);
  return {
    name,
    dialect: "anthropic",
    continuable: anthropicContinuable,
    base_url,
    stream(request: ModelRequest, options: StreamOptions) {
      const { signal, newToolCallId } = options;
      const build = (asked: ModelRequest) => anthropicBody(asked, name);
      const stream = (body: ReturnType<typeof build>["body"], asked: ModelRequest) => {
        const reader = new AnthropicReader({ provider: name, newToolCallId });
        return streamAnswer(
          {
            provider: name,
            reader,
            open: (line) => {
              const next =
                reader.said.length === 0 ? body : continuedBody(body, reader.said, reader.container);
              return client.messages
                .create(next, { signal: line, headers: versionHeader(body) })
                .asResponse();
            },
            limits,
            tools: asked.tools.map((tool) => tool.name),
            secrets: [apiKey],
            replays: asked.replay_full_history === true,
            begun: asked.prefill?.text ?? null,
          },
          signal,
        );
      };
      return streamLearningQuirks({ dialect: "anthropic", base_url, build, stream }, request, options);
    },
  };
}

function createClient(options: ProviderOptions): Anthropic {
  return new Anthropic({
    apiKey: options.apiKey,
    // Given explicitly, so that the SDK reads nothing from the environment. It adds /v1 itself.
    baseURL: (options.baseUrl ?? "https://api.anthropic.com").replace(/\/v1\/?$/, ""),
    // The SDK sends the key only as a bearer token. Servers that imitate the API may look for its older header.
    ...(options.baseUrl === undefined ? {} : { defaultHeaders: { "x-api-key": options.apiKey } }),
    webhookKey: null,
    maxRetries: 0,
    timeout: sdkTimeoutMs(lineLimits(options).silenceMs),
    // Its log would contain pieces of answers (SPEC A5).
    logLevel: "off",
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
}

/** The API's newer versions refuse sampling settings, even their defaults. Only this version knows them (SPEC L12). */
const SAMPLING_VERSION = "2023-06-01";
const SAMPLING_FIELDS = ["temperature", "top_p", "top_k"];

function versionHeader(body: object): Record<string, string> {
  const samples = SAMPLING_FIELDS.some((field) => field in body);
  return samples ? { "anthropic-version": SAMPLING_VERSION } : {};
}
