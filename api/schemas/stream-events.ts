// Schemas of every event of the streams. The OpenAPI document, docs/events.md and the tests of real streams are
// made from these tables.
import { z } from "zod";
import { feedChatsMax } from "../../core/chat/limits.ts";
import { CHAT_STATUSES } from "../../core/chat/message.ts";
import { chat, lastError, requiredAction, retry } from "./chat.ts";
import { jsonObject, messageId, time, uuid } from "./common.ts";
import { message, queuedMessage } from "./message.ts";
import { project } from "./project.ts";
import {
  exampleChat,
  exampleMessage,
  exampleProject,
  exampleQueuedMessage,
  exampleTerminal,
} from "./stream-examples.ts";
import { terminal } from "./workspace.ts";

export interface EventSpec {
  readonly data: z.ZodObject;
  /** When it is sent, and what a reader does with it. */
  readonly about: string;
  /** Data that a test holds against the schema. */
  readonly example: Readonly<Record<string, unknown>>;
}

const BUILD_ENDS = ["succeeded", "failed", "cancelled"] as const;

const chat_id = uuid;
const episode = z.string().meta({
  description: "`<history_version>.<attempt>`, and `.<tool_call_id>` for the output of a running tool",
});
const history_version = z.int();
const id = exampleChat.id;
const tool_call_id = z.string();
const tool_name = z.string();

/** What one part adds to `content[index]` of its message. */
const partDelta = z
  .discriminatedUnion("type", [
    z.strictObject({ type: z.literal("text"), text: z.string() }),
    z.strictObject({ type: z.literal("reasoning"), text: z.string() }),
    z.strictObject({
      type: z.literal("tool-call"),
      tool_call_id,
      tool_name,
      args_delta: z.string().optional().meta({ description: "The next piece of the arguments' JSON text" }),
      args: jsonObject.optional().meta({ description: "The whole arguments; they replace the pieces" }),
      provider_executed: z.boolean().optional(),
      mcp_server_id: uuid.optional().meta({ description: "The MCP server that has the tool" }),
    }),
    z.strictObject({
      type: z.literal("tool-result"),
      tool_call_id,
      result_delta: z.string().meta({ description: "Text to display, until the result is committed" }),
      provider_result: z
        .strictObject({ tool_name, result: jsonObject, is_error: z.boolean() })
        .optional()
        .meta({ description: "The whole result of a tool that the provider ran" }),
    }),
    z.strictObject({ type: z.literal("source"), url: z.string(), title: z.string() }),
    z.strictObject({
      type: z.literal("file"),
      file_id: z.string(),
      media_type: z.string(),
      name: z.string(),
    }),
  ])
  .meta({ id: "PartDelta", description: "What a part adds to the content of the message being written" });

/** `GET /v1/chats/{chat}/stream`. */
export const chatEvents = {
  history_reset: {
    about:
      "Drop everything you have of the chat. A snapshot of the newest messages follows. Sent on a first connection, after an edit, and when your cursor is foreign or too far behind.",
    data: z.strictObject({
      chat_id,
      has_more: z.boolean().meta({ description: "There are older messages" }),
      before_id: messageId
        .nullable()
        .meta({ description: "Read older messages with `GET …/messages?before_id=`" }),
    }),
    example: { chat_id: id, has_more: false, before_id: null },
  },
  chat: {
    about:
      "The chat itself. Sent once in each snapshot, and when something changes that no other event tells.",
    data: z.strictObject({ chat_id, chat }),
    example: { chat_id: id, chat: exampleChat },
  },
  messages: {
    about:
      "Committed messages, oldest first. Store them by `id`, replacing older versions, and drop the parts of the episodes in `closes` and no others.",
    data: z.strictObject({
      chat_id,
      messages: z.array(message),
      history_version,
      closes: z.array(episode).meta({ description: "Episodes that are over" }),
    }),
    example: { chat_id: id, messages: [exampleMessage], history_version: 2, closes: ["1.1"] },
  },
  queue_update: {
    about: "The whole queue of messages that wait for their turn.",
    data: z.strictObject({ chat_id, queued_messages: z.array(queuedMessage) }),
    example: { chat_id: id, queued_messages: [exampleQueuedMessage] },
  },
  status: {
    about:
      "What the chat does now. A status other than `error` clears the error, one other than `requires_action` clears the action. It never drops parts.",
    data: z.strictObject({
      chat_id,
      status: z.enum(CHAT_STATUSES),
      turn_id: messageId.nullable(),
      history_version,
    }),
    example: { chat_id: id, status: "running", turn_id: 1, history_version: 1 },
  },
  error: {
    about:
      "Why the turn failed; follows a `status` of `error`. Trouble of the server is never told this way: the stream ends with `retry:`.",
    data: z.strictObject({ chat_id, error: lastError }),
    example: {
      chat_id: id,
      error: {
        message: "openai refused the API key.",
        kind: "auth",
        provider: "openai",
        retryable: false,
        status_code: 401,
        detail: null,
      },
    },
  },
  action_required: {
    about:
      "The turn waits for results of tools, approvals or answers to questions; follows a `status` of `requires_action`.",
    data: z.strictObject({ chat_id, ...requiredAction.shape }),
    example: {
      chat_id: id,
      tool_calls: [{ tool_call_id: "call_1", tool_name: "ask_user", args: {}, kind: "client" }],
      deadline_at: null,
    },
  },
  retry: {
    about:
      "A model call failed and is made again. The next `status`, or the first part after the next `preview_reset`, clears it.",
    data: z.strictObject({
      chat_id,
      ...retry.shape,
      delay_ms: z.int(),
      status_code: z.int().nullable().meta({ description: "Of the provider's answer" }),
    }),
    example: {
      chat_id: id,
      attempt: 1,
      attempts_max: 25,
      kind: "overloaded",
      message: "anthropic is overloaded.",
      retrying_at: "2026-11-28T10:00:01.000Z",
      delay_ms: 1_000,
      status_code: 529,
    },
  },
  preview_reset: {
    about:
      "An episode begins in its slot, at `seq` 1, and replaces what the slot showed. After a failed attempt it names the next one.",
    data: z.strictObject({ chat_id, episode }),
    example: { chat_id: id, episode: "1.1" },
  },
  message_part: {
    about:
      "A piece of the message that is being written. Neighbours may come merged when they are sent again: then `from_seq` is less than `seq`.",
    data: z.strictObject({
      chat_id,
      episode,
      from_seq: z.int().positive(),
      seq: z.int().positive().meta({ description: "Counts the parts of an episode: 1, 2, 3 … without gaps" }),
      index: z.int().nonnegative().meta({ description: "Place of the part in the content of its message" }),
      role: z.enum(["assistant", "tool"]),
      part: partDelta,
    }),
    example: {
      chat_id: id,
      episode: "1.1",
      from_seq: 1,
      seq: 1,
      index: 0,
      role: "assistant",
      part: { type: "text", text: "Hello" },
    },
  },
  caught_up: {
    about: "The snapshot is complete. What follows happens now.",
    data: z.strictObject({ chat_id }),
    example: { chat_id: id },
  },
} as const satisfies Record<string, EventSpec>;

function aboutChat(about: string) {
  return { about, data: z.strictObject({ chat }), example: { chat: exampleChat } };
}

/** `GET /v1/chats/watch`. A change that several names fit has the first of them. */
export const feedEvents = {
  snapshot: {
    about: `Your newest ${feedChatsMax} chats, archived ones and descendants too. They replace what you knew. Read \`GET /v1/projects\` anew, too.`,
    data: z.strictObject({ chats: z.array(chat) }),
    example: { chats: [exampleChat] },
  },
  created: aboutChat("A chat that is new, or new to you."),
  action_required: aboutChat(
    "The chat, or a subagent of it, waits for results of tools, approvals or answers to questions.",
  ),
  archived: aboutChat("The chat was archived, or taken back."),
  status_change: aboutChat(
    "The chat does something else now. Also every change that has no name of its own.",
  ),
  queue_change: aboutChat("The length of the queue changed."),
  title_change: aboutChat("The title changed."),
  summary_change: aboutChat("The summary of the last turn changed."),
  read_change: aboutChat("The chat was read, or has something unread."),
  deleted: {
    about: "The chat is gone.",
    data: z.strictObject({ chat_id }),
    example: { chat_id: id },
  },
  project_created: {
    about: "There is a new project. Everybody is told.",
    data: z.strictObject({ project }),
    example: { project: exampleProject },
  },
  project_deleted: {
    about: "The project is gone; its chats go on in its folder. Everybody is told.",
    data: z.strictObject({ project_id: uuid }),
    example: { project_id: exampleProject.id },
  },
} as const satisfies Record<string, EventSpec>;

/** `GET /v1/workspaces/{workspace}/builds/{build}/logs`. */
export const buildLogEvents = {
  log: {
    about: "A line of the log. Its number is the `id` of the frame.",
    data: z.strictObject({ seq: z.int().positive(), at: time, text: z.string() }),
    example: { seq: 1, at: "2026-11-28T10:00:00.000Z", text: "npm install" },
  },
  end: {
    about: "The build is over, and so is the stream.",
    data: z.strictObject({ status: z.enum(BUILD_ENDS), error: z.string().nullable() }),
    example: { status: "succeeded", error: null },
  },
} as const satisfies Record<string, EventSpec>;

/** `GET /v1/workspaces/{workspace}/terminals/{terminal}/output`. */
export const terminalEvents = {
  terminal: {
    about:
      "The terminal: at first, when it has opened, and when its size has changed. With a `status` of `closed` it is the last event, behind the last output.",
    data: z.strictObject({
      terminal,
      output_end: z.int().nonnegative().meta({
        description:
          "Bytes printed so far. Do not answer what programs asked before that: it was answered, or is too old",
      }),
    }),
    example: { terminal: exampleTerminal, output_end: 2 },
  },
  output: {
    about:
      "What the shell printed. If `from` is greater than the `to` before it, what lies between came too fast, or is too long ago, and was left out.",
    data: z.strictObject({
      from: z.int().nonnegative().meta({ description: "Where it begins: bytes since the shell began" }),
      to: z.int().positive().meta({ description: "Where it ends; the `id` of the frame" }),
      data: z.string().meta({ description: "The bytes in base64. A character may be cut in two" }),
      modes: z.string().optional().meta({
        description:
          "How programs had set the terminal where this begins, as the sequences that set it. Where something before it was left out, draw them first. Absent: as a new one",
      }),
    }),
    example: { from: 0, to: 2, data: "JCA=" },
  },
} as const satisfies Record<string, EventSpec>;

export type FeedEventName = keyof typeof feedEvents;

/** The frames of a stream: one component of the OpenAPI document for each event, and one for all of them. */
function frameOf(name: string, events: Readonly<Record<string, EventSpec>>): z.ZodType {
  const frames = Object.entries(events).map(([event, { data, about }]) =>
    z
      .strictObject({
        event: z.literal(event),
        id: z.string().optional().meta({ description: "Where to resume; send it as `Last-Event-ID`" }),
        data,
      })
      .meta({ id: `${name}${pascal(event)}`, description: about }),
  );
  const [first, ...others] = frames;
  if (first === undefined) throw new RangeError("a stream has events");
  return z
    .discriminatedUnion("event", [first, ...others])
    .meta({ id: name, description: "One frame of the stream; `data` is sent as JSON text" });
}

function pascal(name: string): string {
  return name.replace(/(?:^|_)(\w)/g, (_all, letter: string) => letter.toUpperCase());
}

export const chatStreamFrame = frameOf("ChatStream", chatEvents);
export const feedFrame = frameOf("Feed", feedEvents);
export const buildLogFrame = frameOf("BuildLog", buildLogEvents);
export const terminalFrame = frameOf("TerminalOutput", terminalEvents);
