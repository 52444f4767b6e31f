// Models room: how an adapter is built, and how a request's own options join what the adapter sends.
import type { JsonObject } from "../core/part.ts";

/** What `fetch` the SDKs call; tests hand in a stub, `createProviders` a pool with long time limits. */
export type Fetch = typeof globalThis.fetch;

export interface ProviderOptions {
  /** Name kept on messages and errors: "openai", "openai-compatible", "anthropic". */
  readonly name: string;
  /** "" only for servers that want none. */
  readonly apiKey: string;
  /** The provider's own address when absent. */
  readonly baseUrl?: string;
  /** Silence after which a call counts as dead; ten minutes when absent. */
  readonly silenceMs?: number;
  readonly fetch?: Fetch;
}

/**
 * A request body: `provider_options` (SPEC L12) win over what the adapter chose, null takes a field out, and nothing
 * overrides `fixed`: the model, the prompt and that it streams.
 */
export function requestBody(chosen: object, providerOptions: JsonObject | undefined, fixed: object): object {
  const fields = Object.entries({ ...chosen, ...providerOptions, ...fixed });
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined && value !== null));
}

/** The SDKs' own limit on waiting for headers stands behind our silence timer, which knows how to say what happened. */
export function sdkTimeoutMs(silenceMs: number): number {
  return silenceMs + 60_000;
}
