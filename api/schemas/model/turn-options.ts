// Schemas of what a message brings along for its turn (SPEC Q12, C12).
import { z } from "zod";
import { outputSchemaBytesMax, turnInstructionsCharsMax } from "../../../core/chat/limits.ts";
import type { JsonObject } from "../../../core/part/part.ts";
import { schemaFaults } from "../../../core/tool/json-schema-faults.ts";
import type { TurnCallConfig } from "../../../core/tool/turn-options.ts";
import { filledText, jsonObject } from "../common.ts";
import { toolName } from "../tools.ts";
import { callSettings } from "./call-settings.ts";

const outputSchema = (jsonObject as unknown as z.ZodType<JsonObject>)
  .meta({
    description:
      "JSON schema of the turn's last answer. That has the value as `structured_output`, or the reason why there is none",
    example: {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
      additionalProperties: false,
    },
  })
  .superRefine((schema, context) => {
    const bytes = Buffer.byteLength(JSON.stringify(schema));
    if (bytes > outputSchemaBytesMax) {
      const message = `the schema has ${bytes} bytes; at most ${outputSchemaBytesMax} are allowed`;
      context.addIssue({ code: "custom", message });
      return;
    }
    for (const { path, message } of schemaFaults(schema))
      context.addIssue({ code: "custom", path: path === "" ? [] : path.split("."), message });
  });

/** The cast is safe: JSON has no undefined. */
const callConfig = (z.strictObject(callSettings).partial() as unknown as z.ZodType<TurnCallConfig>).meta({
  description:
    "Settings of this turn's model calls, in place of the model config's. `max_output_tokens` never exceeds what the config says",
});

/** Fields of a message. */
export const turnOptions = {
  tool_choice: z
    .union([
      z.enum(["auto", "none", "required"]),
      z.strictObject({ type: z.literal("tool"), tool_name: toolName }),
    ])
    .optional()
    .meta({
      description:
        "Whether the model may call tools. `required` and a named tool hold for the first call of the model alone, `none` for the whole turn",
    }),
  instructions: filledText(turnInstructionsCharsMax)
    .optional()
    .meta({ description: "Follow the system prompt, for this turn alone" }),
  call_config: callConfig.optional(),
  output_schema: outputSchema.optional(),
};
