// Schemas of messages and their parts.
import { z } from "zod";
import { ANSWER_ACTIONS } from "../../core/tool/question.ts";
import { jsonObject, jsonValue, messageId, time, uuid } from "./common.ts";
import { turnOptions } from "./model/turn-options.ts";
import { clientTools } from "./tools.ts";

const textPart = z.strictObject({ type: z.literal("text"), text: z.string() });
const fileReferencePart = z.strictObject({
  type: z.literal("file-reference"),
  file_name: z.string(),
  start_line: z.int(),
  end_line: z.int(),
  content: z.string(),
});

const filePart = z.strictObject({
  type: z.literal("file"),
  file_id: uuid.meta({ description: "Its bytes: `GET /v1/files/{file}`" }),
  media_type: z.string(),
  name: z.string(),
});

const part = z.discriminatedUnion("type", [
  textPart,
  z.strictObject({
    type: z.literal("reasoning"),
    text: z.string(),
    started_at: time.optional(),
    completed_at: time.optional(),
  }),
  z.strictObject({
    type: z.literal("tool-call"),
    tool_call_id: z.string(),
    tool_name: z.string(),
    args: jsonObject,
    provider_executed: z.boolean().optional(),
    mcp_server_id: uuid.optional().meta({ description: "The MCP server that has the tool" }),
    created_at: time,
  }),
  z.strictObject({
    type: z.literal("tool-result"),
    tool_call_id: z.string(),
    tool_name: z.string(),
    result: jsonValue,
    is_error: z.boolean(),
    truncated: z.boolean().optional(),
    files: z
      .array(filePart.extend({ for_people: z.literal(true).optional() }))
      .optional()
      .meta({ description: "Files of the result; `for_people`: the model knows only their names" }),
    created_at: time,
  }),
  z.strictObject({ type: z.literal("source"), url: z.string(), title: z.string() }),
  filePart,
  fileReferencePart,
]);

export const usage = z.strictObject({
  input_tokens: z.int(),
  output_tokens: z.int(),
  total_tokens: z.int(),
  reasoning_tokens: z.int(),
  cache_creation_tokens: z.int(),
  cache_read_tokens: z.int(),
  context_limit: z.int().nullable(),
});

const FINISH_REASONS = [
  "stop",
  "length",
  "content_filter",
  "tool_calls",
  "error",
  "interrupted",
  "max_steps",
  "other",
] as const;

export const message = z
  .strictObject({
    id: messageId,
    chat_id: uuid,
    turn_id: messageId.meta({ description: "Id of the user message that began the turn" }),
    role: z.enum(["system", "user", "assistant", "tool"]),
    content: z.array(part),
    model_config_id: uuid.nullable(),
    provider: z.string().nullable(),
    model: z.string().nullable(),
    started_at: time.nullable(),
    finished_at: time.nullable(),
    provider_response_id: z.string().nullable(),
    usage: usage.nullable(),
    finish_reason: z.enum(FINISH_REASONS).nullable(),
    cost_micros: z.int().nullable(),
    runtime_ms: z.int().nullable(),
    interrupted: z.boolean(),
    compressed: z.boolean(),
    created_by: uuid.nullable(),
    created_at: time,
    decisions: z
      .array(
        z.strictObject({
          tool_call_id: z.string(),
          approved: z.boolean(),
          args: jsonObject.optional().meta({ description: "Run in place of the model's arguments" }),
          reason: z.string().optional(),
          question: z
            .strictObject({
              question_id: z.string(),
              message: z.string(),
              action: z.enum(ANSWER_ACTIONS),
              content: jsonObject.optional(),
            })
            .optional()
            .meta({
              description: "The question of the tool's server that was answered; absent: an approval",
            }),
          by: uuid.nullable(),
          api_key_id: uuid.nullable().meta({ description: "The key that was used; null: none was" }),
          at: time,
        }),
      )
      .optional()
      .meta({ description: "Of a message with results: approvals and answers to questions" }),
    structured_output: jsonValue.optional().meta({
      description:
        "Of an answer to a message with an `output_schema`: its JSON, which fits the schema; null with an error beside it",
    }),
    structured_output_error: z
      .strictObject({
        code: z.enum(["not_json", "does_not_fit", "cut", "refused", "too_large", "not_checked"]),
        message: z.string(),
        errors: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
      })
      .optional()
      .meta({ description: "Why the answer has no `structured_output`" }),
  })
  .meta({ id: "Message" });

export const queuedMessage = z
  .strictObject({
    id: messageId,
    chat_id: uuid,
    content: z.array(z.discriminatedUnion("type", [textPart, filePart, fileReferencePart])),
    model_config_id: uuid.nullable(),
    reasoning_effort: z.string().nullable(),
    position: z.int(),
    steer: z.boolean().meta({ description: "It enters the running turn after its next tools" }),
    created_at: time,
    tools: clientTools.optional().meta({ description: "Client-run tools of its turn" }),
    ...turnOptions,
  })
  .meta({ id: "QueuedMessage" });
