// Models room: OpenAI's Chat Completions, also as spoken by vLLM, llama.cpp, Ollama and gateways.
import { chatContinuable } from "./chat-prefill.ts";
import { openAiChatBody } from "./openai-chat-body.ts";
import { createOpenAiClient, isStrictServer } from "./openai-client.ts";
import type { ModelRequest, Provider, StreamOptions } from "./provider.ts";
import type { ProviderOptions } from "./provider-options.ts";
import { createOpenAiChatReader } from "./read-openai-chat.ts";
import { silenceMsDefault, streamAnswer } from "./stream-answer.ts";

/** A provider that speaks Chat Completions. */
export function createOpenAiChat(options: ProviderOptions): Provider {
  const client = createOpenAiClient(options);
  const { name, apiKey, silenceMs = silenceMsDefault } = options;
  const target = { provider: name, is_strict: isStrictServer(options) };
  return {
    name,
    dialect: "openai-chat",
    continuable: ({ config }) => chatContinuable(config, target),
    stream(request: ModelRequest, { signal, newToolCallId, onUnsupported }: StreamOptions) {
      const { body, unsupported } = openAiChatBody(request, target);
      if (unsupported.length > 0) onUnsupported?.(unsupported);
      return streamAnswer(
        {
          provider: name,
          reader: createOpenAiChatReader({ provider: name, newToolCallId }),
          open: (line) => client.chat.completions.create(body, { signal: line }).asResponse(),
          silenceMs,
          secrets: [apiKey],
          replays: request.replay_full_history === true,
          begun: request.prefill?.text ?? null,
        },
        signal,
      );
    },
  };
}
