// Creates one provider from its settings.
import { createAnthropic } from "./anthropic/anthropic.ts";
import { namingHost } from "./errors/naming-host.ts";
import { ownFault } from "./errors/own-fault.ts";
import type { ProviderOptions } from "./http/provider-options.ts";
import { createOpenAiChat } from "./openai-chat/openai-chat.ts";
import { createOpenAiResponses } from "./openai-responses/openai-responses.ts";
import type { Provider } from "./provider.ts";

export interface ProviderSpec extends ProviderOptions {
  readonly kind: "openai" | "openai-compatible" | "anthropic";
  /** For the OpenAI kinds. Null means Responses for OpenAI itself, and Chat Completions for all that imitate it. */
  readonly api: "responses" | "chat_completions" | null;
}

/** @throws ModelError missing_key: the kind needs a key (SPEC X6: before any call); config: it needs an address */
export function createProvider({ kind, api, ...options }: ProviderSpec): Provider {
  if (kind !== "openai-compatible" && options.apiKey === "") {
    throw ownFault({ kind: "missing_key", retryable: false }, options.name);
  }
  if (kind === "anthropic") return namingHost(createAnthropic(options), options.baseUrl);
  if (kind === "openai-compatible" && options.baseUrl === undefined) {
    throw ownFault({ kind: "config", retryable: false }, options.name, "the provider has no base URL");
  }
  const chosen = api ?? (kind === "openai" ? "responses" : "chat_completions");
  const provider = chosen === "responses" ? createOpenAiResponses(options) : createOpenAiChat(options);
  return namingHost(provider, options.baseUrl);
}
