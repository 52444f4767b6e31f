// A provider that speaks OpenAI's Responses.

import type { ProviderOptions } from "../http/provider-options.ts";
import type { ModelRequest, Provider, StreamOptions } from "../provider.ts";
import { streamLearningQuirks } from "../quirks/ask-again.ts";
import { createOpenAiClient, isStrictServer } from "../stream/openai-client.ts";
import { lineLimits, streamAnswer } from "../stream/stream-answer.ts";
import { openAiResponsesBody } from "./openai-responses-body.ts";
import { createOpenAiResponsesReader } from "./read-openai-responses.ts";

/** Creates a provider that speaks Responses. */
export function createOpenAiResponses(given: ProviderOptions): Provider {
  const client = createOpenAiClient(given);
  const { name, apiKey } = given;
  const limits = lineLimits(given);
  const base_url = given.baseUrl ?? null;
  const target = { provider: name, is_strict: isStrictServer(given) };
  return {
    name,
    dialect: "openai-responses",
    base_url,
    // If the input ends with the assistant's words, it is a history, and the model starts another message.
    continuable: () => "nothing",
    stream(request: ModelRequest, options: StreamOptions) {
      const { signal, newToolCallId } = options;
      const build = (asked: ModelRequest) => openAiResponsesBody(asked, target);
      const stream = (body: ReturnType<typeof build>["body"], asked: ModelRequest) => {
        const is_kept = body.store === true;
        return streamAnswer(
          {
            provider: name,
            reader: createOpenAiResponsesReader({ provider: name, newToolCallId, is_kept }),
            open: (line) => client.responses.create(body, { signal: line }).asResponse(),
            limits,
            tools: asked.tools.map((tool) => tool.name),
            secrets: [apiKey],
            replays: asked.replay_full_history === true,
            begun: null,
          },
          signal,
        );
      };
      return streamLearningQuirks({ dialect: "openai-responses", base_url, build, stream }, request, options);
    },
  };
}
