// Schemas of quirks: what was learnt from refused requests.
import { z } from "zod";
import { time } from "../common.ts";
import { modelNameCharsMax } from "./model-provider.ts";

const quirkNameCharsMax = 100;

const modelQuirk = z
  .strictObject({
    model: z.string(),
    base_url: z
      .string()
      .nullable()
      .meta({ description: "Where it was learnt. Null: the service's own address" }),
    api: z
      .enum(["openai-chat", "openai-responses", "anthropic"])
      .meta({ description: "The dialect in which it was learnt" }),
    quirk: z.string().meta({ description: "Its name" }),
    about: z.string().meta({ description: "What the server wants, and what is done about it" }),
    words: z.string().nullable().meta({ description: "The refusal that taught it, without keys" }),
    learnt_at: time,
  })
  .meta({ id: "ModelQuirk" });

export const modelQuirkPage = z
  .strictObject({ items: z.array(modelQuirk), next_cursor: z.null() })
  .meta({ id: "ModelQuirkPage" });

export const modelQuirkQuery = z.strictObject({
  model: z.string().max(modelNameCharsMax).optional(),
  quirk: z.string().max(quirkNameCharsMax).optional(),
});
