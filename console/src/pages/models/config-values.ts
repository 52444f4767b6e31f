// A model config between the form, where all is text, and the call.
import type { BodyOf } from "../../../../client/index.ts";
import { changedFields } from "../parts/forms/changed-fields.ts";
import type { ModelConfig } from "../parts/wire.ts";

type NewConfig = BodyOf<"post", "/v1/model-configs">;
type ConfigChange = BodyOf<"patch", "/v1/model-configs/{model_config}">;

export interface ConfigValues {
  readonly name: string;
  readonly provider_id: string;
  readonly model: string;
  readonly is_default: boolean;
  readonly enabled: boolean;
  readonly context_limit: string;
  readonly compression_threshold: string;
  readonly reasoning_effort: string;
  readonly reasoning_effort_max: string;
  readonly input: string;
  readonly output: string;
  readonly cache_read: string;
  readonly cache_write: string;
  readonly max_output_tokens: string;
  readonly temperature: string;
  readonly top_p: string;
  readonly top_k: string;
  readonly presence_penalty: string;
  readonly frequency_penalty: string;
  readonly stop: string;
  readonly prefill: string;
  readonly response_chain: string;
  readonly provider_options: string;
}

const NUMBERS = [
  "context_limit",
  "compression_threshold",
  "max_output_tokens",
  "temperature",
  "top_p",
  "top_k",
  "presence_penalty",
  "frequency_penalty",
] as const;
const CHOICES = ["reasoning_effort", "reasoning_effort_max", "prefill"] as const;
const PRICES = ["input", "output", "cache_read", "cache_write"] as const;

/** @param config null: a new one, of this provider */
export function toValues(config: ModelConfig | null, providerId: string): ConfigValues {
  const texts = Object.fromEntries(
    [...NUMBERS, ...CHOICES].map((name) => [name, String(config?.[name] ?? "")]),
  ) as Record<(typeof NUMBERS)[number] | (typeof CHOICES)[number], string>;
  const prices = Object.fromEntries(PRICES.map((name) => [name, String(config?.price?.[name] ?? "")]));
  return {
    ...texts,
    ...(prices as Record<(typeof PRICES)[number], string>),
    name: config?.name ?? "",
    provider_id: config?.provider_id ?? providerId,
    model: config?.model ?? "",
    is_default: config?.is_default ?? false,
    enabled: config?.enabled ?? true,
    stop: (config?.stop ?? []).join("\n"),
    response_chain: config?.response_chain == null ? "" : String(config.response_chain),
    provider_options:
      config?.provider_options == null ? "" : JSON.stringify(config.provider_options, null, 2),
  };
}

/** What the form finds wrong by itself: what could not even be sent. */
export function checkValues(values: ConfigValues): Record<string, string> {
  const faults: Record<string, string> = {};
  for (const name of NUMBERS) {
    if (values[name].trim() !== "" && Number.isNaN(Number(values[name])))
      faults[name] = "This is not a number.";
  }
  try {
    optionsOf(values.provider_options);
  } catch {
    faults["provider_options"] = "This is not a JSON object.";
  }
  return faults;
}

export function toBody(values: ConfigValues): NewConfig {
  const numbers = NUMBERS.map((name) => [name, values[name].trim() === "" ? null : Number(values[name])]);
  const choices = CHOICES.map((name) => [name, values[name] === "" ? null : values[name]]);
  const stop = values.stop.split("\n").filter((line) => line !== "");
  return {
    ...Object.fromEntries([...numbers, ...choices]),
    name: values.name.trim(),
    provider_id: values.provider_id,
    model: values.model.trim(),
    is_default: values.is_default,
    enabled: values.enabled,
    price: priceOf(values),
    stop: stop.length === 0 ? null : stop,
    response_chain: values.response_chain === "" ? null : values.response_chain === "true",
    provider_options: optionsOf(values.provider_options),
  };
}

/** Only what was changed: the environment's configs refuse that their model or provider is set. */
export function toChange(before: ModelConfig, values: ConfigValues): ConfigChange {
  return changedFields(toBody(toValues(before, "")), toBody(values));
}

/** Prices go as they were typed: a decimal fraction as text loses nothing. */
function priceOf(values: ConfigValues): Record<string, string> | null {
  const given = PRICES.map((name) => [name, values[name].trim()] as const).filter(([, text]) => text !== "");
  return given.length === 0 ? null : Object.fromEntries(given);
}

function optionsOf(text: string): Record<string, unknown> | null {
  if (text.trim() === "") return null;
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("no object");
  return value as Record<string, unknown>;
}

/** The server names a price by its path; the form has a field of its own for each. */
export function fieldOf(path: string): string {
  return path.startsWith("price.") ? path.slice("price.".length) : path === "price" ? "input" : path;
}
