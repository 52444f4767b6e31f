// Models room: OpenAI's Chat Completions, also as spoken by vLLM, llama.cpp, Ollama and gateways.
import type OpenAI from "openai";
import { createOpenAiClient, isOpenAiItself } from "./openai-client.ts";
import type { ModelRequest, Provider, StreamOptions } from "./provider.ts";
import { type ProviderOptions, requestBody } from "./provider-options.ts";
import { createOpenAiChatReader } from "./read-openai-chat.ts";
import { silenceMsDefault, streamAnswer } from "./stream-answer.ts";
import { toOpenAiChat } from "./to-openai-chat.ts";

type Body = OpenAI.Chat.Completions.ChatCompletionCreateParamsStreaming;

/** A provider that speaks Chat Completions. */
export function createOpenAiChat(options: ProviderOptions): Provider {
  const client = createOpenAiClient(options);
  const { name, apiKey, silenceMs = silenceMsDefault } = options;
  const isStrict = isOpenAiItself(options);
  return {
    name,
    dialect: "openai-chat",
    stream: (request: ModelRequest, { signal, newToolCallId }: StreamOptions) =>
      streamAnswer(
        {
          provider: name,
          reader: createOpenAiChatReader({ provider: name, newToolCallId }),
          open: (line) =>
            client.chat.completions.create(chatBody(request, name, isStrict), { signal: line }).asResponse(),
          silenceMs,
          secrets: [apiKey],
        },
        signal,
      ),
  };
}

function chatBody(request: ModelRequest, provider: string, isStrict: boolean): Body {
  const { config, tools } = request;
  const chosen = {
    // Newer OpenAI models refuse `max_tokens`, many other servers know nothing else.
    [isStrict ? "max_completion_tokens" : "max_tokens"]: config.max_output_tokens,
    temperature: config.temperature,
    top_p: config.top_p,
    // OpenAI refuses it, as it does any field it does not know.
    top_k: isStrict ? undefined : config.top_k,
    presence_penalty: config.presence_penalty,
    frequency_penalty: config.frequency_penalty,
    reasoning_effort: config.reasoning_effort,
    stop: config.stop?.length ? config.stop : undefined,
    stream_options: { include_usage: true },
    tools:
      tools.length === 0
        ? undefined
        : tools.map(({ name, description, parameters }) => ({
            type: "function",
            function: { name, description, parameters },
          })),
  };
  const messages = toOpenAiChat(request.system, request.messages, provider);
  const fixed = { model: request.model, messages, stream: true };
  // The cast is safe by `fixed`; the options of a deployment may hold anything a server knows.
  return requestBody(chosen, config.provider_options, fixed) as Body;
}
