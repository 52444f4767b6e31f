// The settings of one call (SPEC L12), read from a model config that anybody may have edited, and the ones that cannot
// be kept. Pure.
import { PREFILL_FORMS } from "../../core/prompt/prefill-form.ts";
import { numberOf, objectOf } from "../http/untrusted-json.ts";
import type { CallConfig, UnsupportedSetting } from "../provider.ts";
import { outputTokensMaxOf } from "../quirks/model-traits.ts";
import { MISSING_SETTINGS } from "./missing-settings.ts";

/** SPEC L12. A limit is always named if we know that the server can keep it: an endless answer is a bill. */
export const outputTokensMaxDefault = 32_000;

type NumberSetting =
  | "max_output_tokens"
  | "temperature"
  | "top_p"
  | "top_k"
  | "presence_penalty"
  | "frequency_penalty";

const NUMBER_SETTINGS: readonly NumberSetting[] = [
  "max_output_tokens",
  "temperature",
  "top_p",
  "top_k",
  "presence_penalty",
  "frequency_penalty",
];
const TEXT_SETTINGS = ["reasoning_effort", "reasoning_effort_max"] as const;

/** Settings as a body asks for them, one by one. Each one that is dropped or changed is noted with the reason. */
export class CallSettings {
  readonly #values: CallConfig;
  readonly #noted: UnsupportedSetting[] = [];

  constructor(config: CallConfig) {
    const values: Record<string, unknown> = {};
    // The cast only widens: the type says what a config should contain, but a row of the database contains any JSON.
    const given: Readonly<Record<string, unknown>> = { ...config };
    const take = (setting: string, isRight: (value: unknown) => boolean, wanted: string) => {
      const value = given[setting];
      if (value === undefined || value === null) return;
      if (isRight(value)) values[setting] = value;
      else this.note(setting, `it is not ${wanted}`);
    };
    for (const setting of NUMBER_SETTINGS) take(setting, (value) => numberOf(value) !== null, "a number");
    for (const setting of TEXT_SETTINGS) take(setting, isText, "a text");
    take("stop", (value) => Array.isArray(value) && value.every(isText), "a list of texts");
    take("response_chain", (value) => typeof value === "boolean", "true or false");
    take("prefill", (value) => PREFILL_FORMS.some((form) => form === value), "a form that is known");
    take("provider_options", (value) => objectOf(value) !== null, "an object");
    this.#values = values;
  }

  /** What was dropped or changed so far. */
  get noted(): readonly UnsupportedSetting[] {
    return this.#noted;
  }

  get response_chain(): boolean {
    return this.#values.response_chain === true;
  }

  get prefill(): CallConfig["prefill"] {
    return this.#values.prefill;
  }

  get provider_options(): CallConfig["provider_options"] {
    return this.#values.provider_options;
  }

  number(setting: NumberSetting): number | undefined {
    return this.#values[setting];
  }

  /** Stop sequences. Most servers refuse white space alone, and all refuse an empty one. */
  stop(limits: { readonly listMax?: number; readonly takesBlank: boolean }): string[] | undefined {
    const { listMax = Number.POSITIVE_INFINITY, takesBlank } = limits;
    const given = this.#values.stop ?? [];
    const usable = given.filter((text) => text !== "" && (takesBlank || text.trim() !== ""));
    if (usable.length < given.length) this.note("stop", "a sequence of nothing but white space is left out");
    if (usable.length > listMax) this.note("stop", `only the first ${listMax} sequences are taken`);
    const taken = usable.slice(0, listMax);
    return taken.length === 0 ? undefined : taken;
  }

  /** The chat's or config's effort, limited to the config's maximum (SPEC L11). */
  effort(): string | undefined {
    return clampEffort(this.#values.reasoning_effort, this.#values.reasoning_effort_max);
  }

  /** The limit of the answer: the config's, else `otherwise`, and no more than the model can write. */
  outputTokens(model: string, otherwise: number | undefined): number | undefined {
    const wanted = this.#values.max_output_tokens;
    const limit = outputTokensMaxOf(model) ?? Number.POSITIVE_INFINITY;
    if (wanted !== undefined && wanted > limit)
      this.note("max_output_tokens", `${model} writes at most ${limit} tokens`);
    const tokens = wanted ?? otherwise;
    return tokens === undefined ? undefined : Math.min(tokens, limit);
  }

  /** Notes each of the given settings, and sends none of them. */
  dropGiven(settings: readonly (keyof CallConfig)[], why: string): void {
    for (const setting of settings) if (this.#isGiven(setting)) this.note(setting, why);
  }

  /** Notes the given settings that the API has no field for. */
  dropMissing(api: keyof typeof MISSING_SETTINGS): void {
    for (const { settings, why } of MISSING_SETTINGS[api]) this.dropGiven(settings, why);
  }

  #isGiven(setting: keyof CallConfig): boolean {
    if (setting === "stop") return this.stop({ takesBlank: true }) !== undefined;
    return this.#values[setting] !== undefined && this.#values[setting] !== false;
  }

  /** Notes that a setting is not kept as it was given. */
  note(setting: string, why: string): void {
    this.#noted.push({ setting, why });
  }
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

/** How hard a model should think (SPEC L11), weakest first. The words are OpenAI's and Anthropic's. A provider may know others. */
const EFFORTS: readonly string[] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/**
 * The wanted effort, but no more than `most`. A word outside the scale cannot be compared, so it is kept only without a
 * limit.
 */
function clampEffort(wanted: string | undefined, most: string | undefined): string | undefined {
  if (wanted === undefined || most === undefined) return wanted;
  const limit = EFFORTS.indexOf(most);
  if (limit < 0) return wanted;
  const place = EFFORTS.indexOf(wanted);
  return place < 0 || place > limit ? most : wanted;
}
