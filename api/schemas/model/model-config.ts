// Schemas of model configs: what the API answers, and what it takes (SPEC B2, L12).
import { z } from "zod";
import { PREFILL_FORMS } from "../../../core/prompt/prefill-form.ts";
import { isPrice } from "../../../core/usage/price.ts";
import { reasoningEffort } from "../chat.ts";
import { filledText, jsonObject, time, uuid } from "../common.ts";
import { callSettings, tokensMax } from "./call-settings.ts";
import { modelNameCharsMax } from "./model-provider.ts";

const nameCharsMax = 100;
/** Each process keeps the options of all configs in memory. */
const providerOptionsCharsMax = 32_768;

const perMillion = z
  .union([z.number(), z.string().max(40)])
  .refine(isPrice, "expected a decimal number from 0, such as 1.25")
  .nullable()
  .optional();
const price = z
  .strictObject({ input: perMillion, output: perMillion, cache_read: perMillion, cache_write: perMillion })
  .meta({ description: "Money per million tokens; a number, or a decimal as text" });

const settings = {
  max_output_tokens: callSettings.max_output_tokens.nullable(),
  temperature: callSettings.temperature.nullable(),
  top_p: callSettings.top_p.nullable(),
  top_k: callSettings.top_k.nullable(),
  presence_penalty: callSettings.presence_penalty.nullable(),
  frequency_penalty: callSettings.frequency_penalty.nullable(),
  stop: callSettings.stop.nullable(),
  response_chain: z.boolean().nullable().meta({
    description: "OpenAI Responses: the provider keeps its answers, and a call names the one it follows",
  }),
  prefill: z.enum(PREFILL_FORMS).nullable().meta({
    description:
      "How the server takes an answer that was begun: after a worker's end the model then goes on with what was shown, instead of beginning anew",
  }),
  provider_options: jsonObject
    .refine((value) => JSON.stringify(value).length <= providerOptionsCharsMax, "is too large")
    .nullable()
    .meta({ description: "Fields of the request in the provider's own words. Members get null" }),
} as const;

/** What is stored together as the call settings. */
export const SETTING_NAMES = Object.keys(settings) as readonly (keyof typeof settings)[];

const rest = {
  context_limit: z.int().min(1).max(tokensMax).nullable(),
  compression_threshold: z
    .int()
    .min(0)
    .max(100)
    .nullable()
    .meta({ description: "Percent of the context limit at which the history is compacted" }),
  reasoning_effort: reasoningEffort.nullable(),
  reasoning_effort_max: reasoningEffort.nullable(),
  price: price.nullable(),
} as const;

export const modelConfig = z
  .strictObject({
    id: uuid,
    name: z.string(),
    provider_id: uuid.nullable(),
    provider: z.string().meta({ description: "The provider's name" }),
    model: z.string(),
    is_default: z.boolean(),
    enabled: z.boolean(),
    seeded: z.boolean().meta({ description: "Of the environment: it cannot be deleted, only disabled" }),
    ...rest,
    ...settings,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "ModelConfig" });

export const modelConfigPage = z
  .strictObject({ items: z.array(modelConfig), next_cursor: z.null() })
  .meta({ id: "ModelConfigPage" });

const name = filledText(nameCharsMax);
const model = filledText(modelNameCharsMax);
const options = z.strictObject({ ...rest, ...settings }).partial();

export const newModelConfig = options
  .extend({
    name,
    provider_id: uuid.toLowerCase(),
    model,
    is_default: z.boolean().default(false),
    enabled: z.boolean().default(true),
  })
  .meta({ id: "NewModelConfig" });

export const modelConfigChange = options
  .extend({
    name: name.optional(),
    provider_id: uuid.toLowerCase().optional(),
    model: model.optional(),
    is_default: z
      .boolean()
      .optional()
      .meta({ description: "False hands the default to the oldest other config that can answer" }),
    enabled: z.boolean().optional(),
  })
  .meta({ id: "ModelConfigChange" });
