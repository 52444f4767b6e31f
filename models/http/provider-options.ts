// The options of an adapter, and how a request's own options are merged with what the adapter sends.
import type { JsonObject } from "../../core/part/part.ts";
import { objectOf } from "./untrusted-json.ts";

/** The `fetch` that the SDKs call. Tests pass a stub; the worker passes a pool with long time limits. */
export type Fetch = typeof globalThis.fetch;

export interface ProviderOptions {
  /** Name on messages and errors: "openai", "openai-compatible", "anthropic". */
  readonly name: string;
  /** "" only for servers that want no key. */
  readonly apiKey: string;
  /** The provider's own address if absent. */
  readonly baseUrl?: string;
  /** Silence after which a call counts as dead; ten minutes if absent. */
  readonly silenceMs?: number;
  /** The same without a piece of the answer, with or without keep-alives; an hour if absent. */
  readonly contentSilenceMs?: number;
  readonly fetch?: Fetch;
}

/** Lists in the request to which `provider_options` add: the agent keeps its own tools. */
const JOINED_LISTS = ["tools", "include"];
/** Objects in the request of which `provider_options` may set single fields. */
const JOINED_OBJECTS = ["reasoning", "output_config", "text"];

/**
 * A request body. `provider_options` (SPEC L12) win over what the adapter chose, and null removes a field. Nothing
 * overrides `fixed`: the model, the prompt, and that it streams.
 */
export function requestBody(chosen: object, providerOptions: JsonObject | undefined, fixed: object): object {
  const options = joinedOptions({ ...chosen }, providerOptions ?? {});
  const fields = Object.entries({ ...chosen, ...options, ...fixed });
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined && value !== null));
}

function joinedOptions(chosen: Readonly<Record<string, unknown>>, options: JsonObject): object {
  const joined: Record<string, unknown> = { ...options };
  for (const key of JOINED_LISTS) {
    const [ours, theirs] = [chosen[key], options[key]];
    if (Array.isArray(ours) && Array.isArray(theirs)) joined[key] = [...new Set([...ours, ...theirs])];
  }
  for (const key of JOINED_OBJECTS) {
    const [ours, theirs] = [objectOf(chosen[key]), objectOf(options[key])];
    if (ours !== null && theirs !== null) joined[key] = { ...ours, ...theirs };
  }
  return joined;
}

/** The SDKs' own limit for headers is longer than our silence timer, which can say what happened. */
export function sdkTimeoutMs(silenceMs: number): number {
  return silenceMs + 60_000;
}
