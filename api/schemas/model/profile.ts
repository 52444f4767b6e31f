// Schemas of profiles: what the API answers, and what it takes (SPEC C10).
import { z } from "zod";
import { profileListMax, systemPromptCharsMax } from "../../../core/chat/limits.ts";
import { mcpServerIds, reasoningEffort } from "../chat.ts";
import { filledText, time, uuid } from "../common.ts";
import { templateNameCharsMax } from "../params.ts";
import { approvalPolicy, toolPattern } from "../tools.ts";

const nameCharsMax = 100;
const skillCharsMax = 64;

const name = filledText(nameCharsMax).meta({ description: "No two profiles have the same" });
const skill = z
  .string()
  .max(skillCharsMax)
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, "small letters, digits and single hyphens");

function namesOf(schema: z.ZodString) {
  return z
    .array(schema)
    .max(profileListMax)
    .refine((names) => new Set(names).size === names.length, "the same name twice")
    .nullable();
}

const fields = {
  system_prompt: z
    .string()
    .max(systemPromptCharsMax)
    .nullable()
    .meta({ description: "Of its chats, where they have none of their own" }),
  model_config_id: uuid
    .toLowerCase()
    .nullable()
    .meta({ description: "The model of its chats; one that is gone by then falls back to the default" }),
  reasoning_effort: reasoningEffort.nullable(),
  tools: namesOf(toolPattern).meta({
    description: "The tools that its chats may call: names, or patterns such as `wiki__*`. Null: all",
  }),
  mcp_server_ids: mcpServerIds
    .nullable()
    .meta({ description: "The deployment's MCP servers that its chats have. Null: none" }),
  skills: namesOf(skill).meta({ description: "The skills that its chats may have, by name. Null: all" }),
  approval_policy: approvalPolicy,
  template: filledText(templateNameCharsMax)
    .nullable()
    .meta({ description: "What `create_workspace` builds unless the model names another template" }),
} as const;

export const profile = z
  .strictObject({
    id: uuid,
    name: z.string(),
    version: z.int().meta({ description: "Raised with each change; chats keep the version that they have" }),
    ...fields,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Profile" });

export const profilePage = z
  .strictObject({ items: z.array(profile), next_cursor: z.string().nullable() })
  .meta({ id: "ProfilePage" });

export const newProfile = z
  .strictObject({ ...fields })
  .partial()
  .extend({ name })
  .meta({ id: "NewProfile" });

export const profileChange = z
  .strictObject({ ...fields, name })
  .partial()
  .meta({ id: "ProfileChange" });
