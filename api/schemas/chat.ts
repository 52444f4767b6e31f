// Schemas of chats: what the API answers, and what it takes.
import { z } from "zod";
import {
  labelCharsMax,
  labelsMax,
  mcpServersPerChatMax,
  systemPromptCharsMax,
} from "../../core/chat/limits.ts";
import { CHAT_STATUSES } from "../../core/chat/message.ts";
import { TODO_STATUSES, todoCharsMax, todosMax } from "../../core/plan/todos.ts";
import {
  errorKind,
  expectedHistoryVersion,
  filledText,
  jsonObject,
  messageId,
  time,
  uuid,
} from "./common.ts";
import { inputContent } from "./content.ts";
import { turnOptions } from "./model/turn-options.ts";
import { approvalPolicy, builtInTools, clientToolDeadline, clientTools } from "./tools.ts";

/** For titles that users choose; those made from a message are shorter. */
export const userTitleCharsMax = 200;
/** PATH_MAX of Linux. */
export const projectPathCharsMax = 4_096;
const int4Max = 2_147_483_647;

export const lastError = z.strictObject({
  message: z.string(),
  kind: errorKind,
  provider: z.string().nullable(),
  retryable: z.boolean(),
  status_code: z.int().nullable(),
  detail: z.string().nullable(),
  resets_at: time.optional().meta({ description: "Of a usage limit: when its period ends" }),
});

const questionFields = { question_id: z.string(), message: z.string() };
const question = z
  .discriminatedUnion("mode", [
    z.strictObject({
      ...questionFields,
      mode: z.literal("form"),
      schema: jsonObject.meta({ description: "JSON schema of a flat object" }),
    }),
    z.strictObject({
      ...questionFields,
      mode: z.literal("url"),
      url: z.string().meta({ description: "Somebody is to open this page, and accept when they have" }),
    }),
  ])
  .meta({ id: "Question" });

export const requiredAction = z.strictObject({
  tool_calls: z.array(
    z.strictObject({
      tool_call_id: z.string(),
      tool_name: z.string(),
      args: jsonObject,
      kind: z.enum(["client", "approval", "question"]).meta({
        description:
          "`client`: your client runs it (tool-results). `approval`: a person decides (approvals). `question`: its server asks a person (answers)",
      }),
      deadline_at: time.nullable().optional(),
      args_truncated: z
        .boolean()
        .optional()
        .meta({ description: "The arguments are cut here; the message has them whole" }),
      asked_by: z
        .strictObject({ mcp_server_id: uuid, name: z.string() })
        .optional()
        .meta({ description: "Of a question: the MCP server that asks" }),
      questions: z.array(question).optional().meta({ description: "Of a question: what is still open" }),
    }),
  ),
  deadline_at: time.nullable().meta({ description: "The nearest of the calls" }),
  running: z
    .array(z.string())
    .optional()
    .meta({ description: "Calls of the same step that run meanwhile, or are about to" }),
});

export const retry = z.strictObject({
  attempt: z.int().meta({ description: "Calls of this step that have failed" }),
  attempts_max: z.int(),
  kind: errorKind,
  message: z.string(),
  retrying_at: time,
});

const attentionItem = z
  .strictObject({
    chat_id: uuid.meta({ description: "The chat itself, or one of its subagents: there you answer" }),
    tool_calls: z.array(
      requiredAction.shape.tool_calls.element
        .pick({ tool_call_id: true, tool_name: true, kind: true })
        .extend({ deadline_at: time.nullable() }),
    ),
  })
  .meta({ id: "AttentionItem" });

const todo = z.strictObject({ text: z.string(), status: z.enum(TODO_STATUSES) }).meta({ id: "Todo" });

const chatFields = z.strictObject({
  id: uuid,
  owner_id: uuid.nullable().meta({ description: "Null: you read it by a share" }),
  parent_chat_id: uuid.nullable(),
  root_chat_id: uuid,
  workspace_id: uuid.nullable(),
  project_path: z.string().nullable(),
  project_id: uuid
    .nullable()
    .meta({ description: "The project that it was made for; it may be deleted by now" }),
  profile_id: uuid
    .nullable()
    .meta({ description: "The profile that it was made from; it may be deleted by now" }),
  profile_version: z.int().nullable().meta({ description: "The version that it keeps" }),
  title: z.string(),
  status: z.enum(CHAT_STATUSES),
  last_error: lastError.nullable(),
  last_model_config_id: uuid.nullable(),
  reasoning_effort: z.string().nullable(),
  labels: z.record(z.string(), z.string()),
  pin_order: z.int().nullable(),
  archived: z.boolean(),
  plan_mode: z.boolean(),
  todos: z.array(todo).meta({ description: "What its agent means to do, and has done" }),
  context_dirty: z.boolean().meta({
    description:
      "Its instructions or skills have changed since they were read; refresh-context reads them again",
  }),
  approval_policy: approvalPolicy,
  client_tool_deadline_s: z.int().nullable().meta({ description: "Null: client-run tools have no deadline" }),
  tools: z.array(z.string()).nullable().meta({ description: "The built-in tools it may call; null: all" }),
  debug: z.boolean().meta({ description: "Its model calls are recorded as debug runs" }),
  mcp_server_ids: z.array(uuid).meta({ description: "MCP servers whose tools it has" }),
  last_turn_summary: z.string().nullable(),
  has_unread: z.boolean(),
  queue_length: z.int(),
  current_turn_id: messageId.nullable(),
  required_action: requiredAction.nullable(),
  attention: z.array(attentionItem).meta({
    description:
      "Its own open questions, then those of its subagents; `required_action` of each chat has the arguments",
  }),
  retry: retry
    .nullable()
    .meta({ description: "Set while a failed model call is waited out: the turn still runs" }),
  snapshot_version: z.int(),
  history_version: z.int(),
  created_at: time,
  updated_at: time,
  links: z.strictObject({ self: z.string(), stream: z.string(), temporal: z.string().nullable() }),
});

export const chat = chatFields
  .extend({ children: z.array(chatFields).optional().meta({ description: "In lists: all descendants" }) })
  .meta({ id: "Chat" });

export const modelConfigId = uuid.meta({
  description: "Of an enabled model config; absent: the chat's, else the default",
});
export const reasoningEffort = z
  .enum(["none", "minimal", "low", "medium", "high", "xhigh", "max"])
  .meta({ description: "How much the model is to think; a model may refuse a level it does not have" });

const labels = z
  .record(filledText(labelCharsMax), z.string().max(labelCharsMax))
  .refine((map) => Object.keys(map).length <= labelsMax, `at most ${labelsMax} labels`);
export const chatTitle = filledText(userTitleCharsMax);
const workspaceId = uuid
  .toLowerCase()
  .meta({ description: "Of a workspace of the caller's; the chat's tools work in it" });

const profileId = uuid.toLowerCase();

export const mcpServerIds = z
  .array(uuid.toLowerCase())
  .max(mcpServersPerChatMax)
  .refine((ids) => new Set(ids).size === ids.length, "the same server twice")
  .meta({ description: "MCP servers whose tools it has: the deployment's, or the caller's own" });

const planMode = z.boolean().meta({
  description:
    "Its agent plans and changes nothing, until you approve what it proposes; changed only while the chat rests",
});

export const newChat = z
  .strictObject({
    content: inputContent.optional().meta({ description: "Absent: the chat rests until it is written to" }),
    title: chatTitle.optional(),
    model_config_id: modelConfigId.optional(),
    reasoning_effort: reasoningEffort.optional(),
    system_prompt: z.string().max(systemPromptCharsMax).optional(),
    labels: labels.optional(),
    project_path: filledText(projectPathCharsMax)
      .optional()
      .meta({ description: "A folder below the roots the deployment allows; the chat's tools read it" }),
    project_id: uuid
      .toLowerCase()
      .optional()
      .meta({ description: "A project; the chat's tools read its folder" }),
    profile_id: profileId
      .optional()
      .meta({ description: "What it is made from; fields given here stand in place of the profile's" }),
    workspace_id: workspaceId.optional(),
    mcp_server_ids: mcpServerIds.optional(),
    dynamic_tools: clientTools.optional(),
    tools: builtInTools.nullable().optional(),
    approval_policy: approvalPolicy.optional(),
    plan_mode: planMode.optional(),
    client_tool_deadline_s: clientToolDeadline.optional(),
    ...turnOptions,
  })
  .superRefine((chat, context) => {
    if (chat.content !== undefined) return;
    for (const name of Object.keys(turnOptions))
      if (Object.hasOwn(chat, name))
        context.addIssue({
          code: "custom",
          path: [name],
          message: "belongs to a message: `content` is absent",
        });
  })
  .refine((chat) => chat.project_path === undefined || chat.project_id === undefined, {
    path: ["project_path"],
    message: "a chat has the folder of its project, or one of its own",
  })
  .refine((chat) => (chat.project_path ?? chat.project_id) === undefined || chat.workspace_id === undefined, {
    path: ["workspace_id"],
    message: "a chat has a project folder or a workspace, not both",
  })
  .meta({ id: "NewChat" });

export const chatPatch = z
  .strictObject({
    title: chatTitle.optional(),
    archived: z.boolean().optional(),
    labels: labels.optional().meta({ description: "Replaces the whole map" }),
    todos: z
      .array(z.strictObject({ text: filledText(todoCharsMax), status: z.enum(TODO_STATUSES) }))
      .max(todosMax)
      .optional()
      .meta({
        description:
          "Replaces the to-do list, also while a turn runs: its model is told before its next call",
      }),
    pin_order: z
      .int()
      .min(0)
      .max(int4Max - 1)
      .nullable()
      .optional(),
    workspace_id: workspaceId.nullable().optional().meta({ description: "Null: bound to none any more" }),
    mcp_server_ids: mcpServerIds.optional().meta({
      description: "Replaces the list; only while the chat rests (409 `chat_busy`)",
    }),
    profile_id: profileId.nullable().optional().meta({
      description:
        "Takes the newest version of this profile; null: none. Only while the chat rests (409 `chat_busy`)",
    }),
    expected_history_version: expectedHistoryVersion.optional(),
    dynamic_tools: clientTools.optional().meta({ description: "Replaces all; only while the chat rests" }),
    plan_mode: planMode.optional(),
    tools: builtInTools.nullable().optional().meta({ description: "Null: all; only while the chat rests" }),
    model_config_id: modelConfigId
      .nullable()
      .optional()
      .meta({ description: "Null: the default; only while the chat rests" }),
    reasoning_effort: reasoningEffort
      .nullable()
      .optional()
      .meta({ description: "Null: the model's own; only while the chat rests" }),
    system_prompt: z
      .string()
      .max(systemPromptCharsMax)
      .nullable()
      .optional()
      .meta({ description: "Only while the chat rests; the provider's prompt cache begins anew" }),
    approval_policy: approvalPolicy
      .optional()
      .meta({ description: "Replaces the whole map; holds for calls that are asked for from now on" }),
    client_tool_deadline_s: clientToolDeadline.optional(),
    debug: z
      .boolean()
      .optional()
      .meta({ description: "Record model calls as debug runs, where the deployment lets chats choose" }),
  })
  .meta({ id: "ChatPatch" });
