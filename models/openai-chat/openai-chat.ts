// A provider that speaks OpenAI's Chat Completions, like vLLM, llama.cpp, Ollama and gateways.

import type { ProviderOptions } from "../http/provider-options.ts";
import type { ModelRequest, Provider, StreamOptions } from "../provider.ts";
import { streamLearningQuirks } from "../quirks/ask-again.ts";
import { createOpenAiClient, isStrictServer } from "../stream/openai-client.ts";
import { lineLimits, streamAnswer } from "../stream/stream-answer.ts";
import { chatContinuable } from "./chat-prefill.ts";
import { openAiChatBody } from "./openai-chat-body.ts";
import { createOpenAiChatReader } from "./read-openai-chat.ts";

/** Creates a provider that speaks Chat Completions. */
export function createOpenAiChat(given: ProviderOptions): Provider {
  const client = createOpenAiClient(given);
  const { name, apiKey } = given;
  const limits = lineLimits(given);
  const base_url = given.baseUrl ?? null;
  const target = { provider: name, is_strict: isStrictServer(given) };
  return {
    name,
    dialect: "openai-chat",
    base_url,
    continuable: ({ config }) => chatContinuable(config, target),
    stream(request: ModelRequest, options: StreamOptions) {
      const { signal, newToolCallId } = options;
      const build = (asked: ModelRequest) => openAiChatBody(asked, target);
      const stream = (body: ReturnType<typeof build>["body"], asked: ModelRequest) => {
        const tools = asked.tools.map((tool) => tool.name);
        return streamAnswer(
          {
            provider: name,
            reader: createOpenAiChatReader({ provider: name, newToolCallId, tools }),
            open: (line) => client.chat.completions.create(body, { signal: line }).asResponse(),
            limits,
            tools,
            secrets: [apiKey],
            replays: asked.replay_full_history === true,
            begun: asked.prefill?.text ?? null,
          },
          signal,
        );
      };
      return streamLearningQuirks({ dialect: "openai-chat", base_url, build, stream }, request, options);
    },
  };
}
