// The wire, as schemas: model configs, read only.
import { z } from "zod";
import { time, uuid } from "./common.ts";

export const modelConfig = z
  .strictObject({
    id: uuid,
    name: z.string(),
    provider: z.string(),
    model: z.string(),
    is_default: z.boolean(),
    enabled: z.boolean(),
    created_at: time,
  })
  .meta({ id: "ModelConfig" });
