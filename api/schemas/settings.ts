// Schemas of the settings of the deployment and of users.
import { z } from "zod";
import { contextFileBytesMax, systemPromptCharsMax } from "../../core/chat/limits.ts";
import { utf8Length } from "../../core/text/truncate.ts";
import { uuid } from "./common.ts";
import { approvalPolicy } from "./tools.ts";

const prompt = z.string().max(systemPromptCharsMax).nullable();

export const deploymentSettings = z
  .strictObject({
    system_prompt: prompt.describe("Stands first in the system prompt of every chat"),
    approval_policy: approvalPolicy.default({}),
  })
  .meta({ id: "DeploymentSettings" });

/** Model configs for which a user may choose the threshold; a deployment has only a few. */
const thresholdsMax = 200;

export const userSettings = z
  .strictObject({
    prompt: prompt.describe("Stands in the system prompt of the caller's chats, after the deployment's"),
    home_instructions: z
      .string()
      .refine((text) => utf8Length(text) <= contextFileBytesMax, `at most ${contextFileBytesMax} bytes`)
      .nullable()
      .default(null)
      .describe(
        "Instructions for all of the caller's chats; read once by a chat, and again when it is refreshed",
      ),
    compaction_thresholds: z
      .record(uuid, z.int().min(0).max(100))
      .refine(
        (given) => Object.keys(given).length <= thresholdsMax,
        `expected at most ${thresholdsMax} entries`,
      )
      .describe(
        "Percent of the context limit by model config, over the config's own; 100 switches compaction off",
      ),
    approval_policy: approvalPolicy.default({}),
  })
  .meta({ id: "UserSettings" });
