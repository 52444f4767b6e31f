// Schemas of model providers.
import { z } from "zod";
import { errorKind, filledText, time, uuid } from "../common.ts";

const nameCharsMax = 100;
const baseUrlCharsMax = 2_000;
/** Keys of gateways may be tokens that contain claims. */
const apiKeyCharsMax = 8_000;
export const modelNameCharsMax = 200;

export const providerKind = z.enum(["openai", "openai-compatible", "anthropic"]);
const api = z.enum(["responses", "chat_completions"]).meta({
  description: "Of the OpenAI kinds. Null: Responses for `openai`, Chat Completions for `openai-compatible`",
});
const baseUrl = z.string().max(baseUrlCharsMax).meta({
  description:
    "http or https, without credentials; never link-local or metadata addresses, and private ones only when the deployment allows",
});
/** Goes into a header: printable, and without the line break that is often copied with a key. */
const apiKey = z
  .string()
  .max(apiKeyCharsMax)
  .regex(/^[\x21-\x7e]+$/, "must be printable ASCII without spaces or line ends")
  .meta({ description: "Write only: stored encrypted, and never shown again" });

export const modelProvider = z
  .strictObject({
    id: uuid,
    name: z.string(),
    kind: providerKind,
    base_url: z
      .string()
      .nullable()
      .meta({ description: "Null: the service's own. Members do not see it, and get null" }),
    api: api.nullable(),
    has_api_key: z.boolean(),
    enabled: z.boolean(),
    seeded: z
      .boolean()
      .meta({ description: "Of the environment: only `enabled` and `api_key` can be changed" }),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "ModelProvider" });

export const modelProviderPage = z
  .strictObject({ items: z.array(modelProvider), next_cursor: z.null() })
  .meta({ id: "ModelProviderPage" });

const name = filledText(nameCharsMax);

export const newModelProvider = z
  .strictObject({
    name,
    kind: providerKind,
    base_url: baseUrl.nullable().optional(),
    api: api.nullable().optional(),
    api_key: apiKey.nullable().optional(),
    enabled: z.boolean().default(true),
  })
  .refine((made) => made.kind !== "openai-compatible" || made.base_url != null, {
    path: ["base_url"],
    message: "is needed for openai-compatible",
  })
  .refine((made) => made.kind !== "anthropic" || made.api == null, {
    path: ["api"],
    message: "is for the OpenAI kinds",
  })
  .meta({ id: "NewModelProvider" });

export const modelProviderChange = z
  .strictObject({
    name: name.optional(),
    base_url: baseUrl.nullable().optional(),
    api: api.nullable().optional(),
    api_key: apiKey
      .nullable()
      .optional()
      .meta({ description: "Null takes the stored key out. Needed anew when `base_url` changes" }),
    enabled: z.boolean().optional(),
  })
  .meta({ id: "ModelProviderChange" });

export const providerTestRequest = z
  .strictObject({
    model: filledText(modelNameCharsMax)
      .optional()
      .meta({ description: "Absent: that of the provider's oldest enabled model config" }),
  })
  .default({})
  .meta({ id: "ModelProviderTestRequest" });

export const providerTest = z
  .strictObject({
    ok: z.boolean(),
    latency_ms: z.int(),
    message: z.string().meta({ description: "In words, for people" }),
    kind: errorKind.optional(),
    detail: z.string().optional().meta({ description: "The provider's own words, without keys" }),
  })
  .meta({ id: "ModelProviderTest" });
