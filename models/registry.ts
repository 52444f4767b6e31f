// Creates the providers of a deployment, by name.
import { createAnthropic } from "./anthropic/anthropic.ts";
import { ownFault } from "./errors/own-fault.ts";
import { createProviderFetch } from "./http/provider-fetch.ts";
import type { Fetch } from "./http/provider-options.ts";
import { createOpenAiChat } from "./openai-chat/openai-chat.ts";
import { createOpenAiResponses } from "./openai-responses/openai-responses.ts";
import type { Provider } from "./provider.ts";

export interface OpenAiSettings {
  readonly apiKey: string;
  readonly baseUrl?: string;
  readonly api: "responses" | "chat_completions";
}

export interface ProviderSettings {
  readonly openai?: OpenAiSettings;
  /** Any server with OpenAI's API at `baseUrl`. Many want no key (""). */
  readonly "openai-compatible"?: OpenAiSettings & { readonly baseUrl: string };
  readonly anthropic?: { readonly apiKey: string; readonly baseUrl?: string };
  /** Silence after which a call counts as dead; ten minutes if absent. */
  readonly silenceMs?: number;
  /** A pool of its own if absent. */
  readonly fetch?: Fetch;
}

export interface Providers {
  /** Throws `ModelError`: `missing_key` if no key is set (SPEC X6: before any call), `config` for an unknown name. */
  get(name: string): Provider;
  /** Names of the providers that can be called. */
  readonly names: readonly string[];
}

/** Creates the providers that have a key. */
export function createProviders(settings: ProviderSettings): Providers {
  const { openai, anthropic, "openai-compatible": compatible } = settings;
  const shared = {
    fetch: settings.fetch ?? createProviderFetch(),
    ...(settings.silenceMs === undefined ? {} : { silenceMs: settings.silenceMs }),
  };
  const providers = new Map<string, Provider>();
  if (openai?.apiKey) providers.set("openai", createOpenAi({ ...openai, ...shared, name: "openai" }));
  if (compatible) {
    providers.set("openai-compatible", createOpenAi({ ...compatible, ...shared, name: "openai-compatible" }));
  }
  if (anthropic?.apiKey)
    providers.set("anthropic", createAnthropic({ ...anthropic, ...shared, name: "anthropic" }));
  return { get: (name) => providers.get(name) ?? refuse(name), names: [...providers.keys()] };
}

function createOpenAi(options: OpenAiSettings & { readonly name: string }): Provider {
  return options.api === "responses" ? createOpenAiResponses(options) : createOpenAiChat(options);
}

function refuse(name: string): never {
  const isKnown = ["openai", "openai-compatible", "anthropic"].includes(name);
  if (isKnown) throw ownFault({ kind: "missing_key", retryable: false }, name);
  throw ownFault({ kind: "config", retryable: false }, name, `there is no provider named ${name}`);
}
