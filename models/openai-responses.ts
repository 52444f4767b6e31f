// Models room: OpenAI's Responses.
import { createOpenAiClient, isStrictServer } from "./openai-client.ts";
import { openAiResponsesBody } from "./openai-responses-body.ts";
import type { ModelRequest, Provider, StreamOptions } from "./provider.ts";
import type { ProviderOptions } from "./provider-options.ts";
import { createOpenAiResponsesReader } from "./read-openai-responses.ts";
import { silenceMsDefault, streamAnswer } from "./stream-answer.ts";

/** A provider that speaks Responses. */
export function createOpenAiResponses(options: ProviderOptions): Provider {
  const client = createOpenAiClient(options);
  const { name, apiKey, silenceMs = silenceMsDefault } = options;
  const target = { provider: name, is_strict: isStrictServer(options) };
  return {
    name,
    dialect: "openai-responses",
    // An input that ends with the assistant's words is a history, and the model begins another message.
    continuable: () => "nothing",
    stream(request: ModelRequest, { signal, newToolCallId, onUnsupported }: StreamOptions) {
      const { body, unsupported } = openAiResponsesBody(request, target);
      if (unsupported.length > 0) onUnsupported?.(unsupported);
      const is_kept = body.store === true;
      return streamAnswer(
        {
          provider: name,
          reader: createOpenAiResponsesReader({ provider: name, newToolCallId, is_kept }),
          open: (line) => client.responses.create(body, { signal: line }).asResponse(),
          silenceMs,
          secrets: [apiKey],
          replays: request.replay_full_history === true,
          begun: null,
        },
        signal,
      );
    },
  };
}
