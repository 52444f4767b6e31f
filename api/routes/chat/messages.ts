// Send, list and edit the messages of a chat.
import { z } from "zod";
import { Refusal } from "../../../core/chat/refusal.ts";
import { sharedMessage } from "../../../core/stream/shared-view.ts";
import { editMessage } from "../../../store/chat/edit-message.ts";
import { sendMessage } from "../../../store/chat/send-message.ts";
import { readChatRow } from "../../../store/row/chat-row.ts";
import { listMessages } from "../../../store/row/list-messages.ts";
import { readMessage } from "../../../store/row/messages.ts";
import { toMessage, toQueuedMessage } from "../../../store/row/to-wire.ts";
import type { ApiDeps } from "../../deps.ts";
import { type Route, route } from "../../http/route.ts";
import { modelConfigId, reasoningEffort } from "../../schemas/chat.ts";
import { expectedHistoryVersion, messageId } from "../../schemas/common.ts";
import { inputContent } from "../../schemas/content.ts";
import { message, queuedMessage } from "../../schemas/message.ts";
import { turnOptions } from "../../schemas/model/turn-options.ts";
import { chatPath, messagePath, messageQuery } from "../../schemas/params.ts";
import { clientTools } from "../../schemas/tools.ts";
import { change } from "./change.ts";
import { requireOutputSchema } from "./require-output-schema.ts";
import { requireToolNames } from "./require-tool-names.ts";
import { findReading } from "./show-chat.ts";

const tag = "Messages";

const messagePage = z
  .strictObject({
    messages: z.array(message),
    queued_messages: z.array(queuedMessage),
    has_more: z.boolean(),
  })
  .meta({ id: "MessagePage" });

const newMessage = z
  .strictObject({
    content: inputContent,
    model_config_id: modelConfigId.optional(),
    reasoning_effort: reasoningEffort.optional(),
    busy_behavior: z.enum(["queue", "interrupt", "steer"]).default("queue").meta({
      description:
        "While a turn runs: wait for its end; interrupt it; or enter it after its next tools (a turn that ends without tools leaves the message in the queue)",
    }),
    tools: clientTools
      .optional()
      .meta({ description: "Client-run tools for the turn of this message, also when it is queued" }),
    ...turnOptions,
  })
  .meta({ id: "NewMessage" });

const sentMessage = z
  .strictObject({
    queued: z.boolean(),
    messages: z.array(message).meta({ description: "What entered the history" }),
    queued_message: queuedMessage.optional(),
  })
  .meta({ id: "SentMessage" });

const messageEdit = z
  .strictObject({
    content: inputContent,
    model_config_id: modelConfigId.optional(),
    reasoning_effort: reasoningEffort.optional(),
    expected_history_version: expectedHistoryVersion.optional(),
  })
  .meta({ id: "MessageEdit" });

const editedMessage = z
  .strictObject({ message, deleted_message_ids: z.array(messageId) })
  .meta({ id: "EditedMessage" });

export function messageRoutes(deps: ApiDeps): Route[] {
  return [list(deps), read(deps), send(deps), edit(deps)];
}

function list(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/chats/{chat}/messages",
    summary: "Read messages and queue",
    description: "Newest first; oldest first with only `after_id`.",
    tag,
    access: { area: "chats" },
    params: chatPath,
    query: messageQuery,
    responses: { 200: { description: "A page of messages, and the whole queue", schema: messagePage } },
    refusals: ["chat_not_found"],
    async handler({ params, query, caller }) {
      const { pool } = deps.store;
      const chat = await readChatRow(pool, params.chat);
      const asked = { chat_id: params.chat, user_id: caller.user.id };
      const isShared = (await findReading(pool, asked, chat?.owner_id)) !== null;
      const page = await listMessages(pool, { ...query, chat_id: params.chat });
      const messages = page.messages.map(toMessage);
      const body = {
        messages: isShared ? messages.map(sharedMessage) : messages,
        queued_messages: isShared ? [] : page.queue.map(toQueuedMessage),
        has_more: page.has_more,
      };
      return { status: 200, body };
    },
  });
}

function read(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/chats/{chat}/messages/{message}",
    summary: "Read a message",
    tag,
    access: { area: "chats" },
    params: messagePath,
    responses: { 200: { description: "The message", schema: message } },
    refusals: ["chat_not_found", "message_not_found"],
    async handler({ params, caller }) {
      const { pool } = deps.store;
      const chat = await readChatRow(pool, params.chat);
      const asked = { chat_id: params.chat, user_id: caller.user.id };
      const isShared = (await findReading(pool, asked, chat?.owner_id)) !== null;
      const found = await readMessage(pool, params.chat, params.message);
      if (found === null || found.visibility === "model") throw new Refusal("message_not_found");
      const shown = toMessage(found);
      return { status: 200, body: isShared ? sharedMessage(shown) : shown };
    },
  });
}

function send(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/v1/chats/{chat}/messages",
    summary: "Send a message",
    description:
      "An idle chat runs a turn; a busy one queues the message. With `busy_behavior` it interrupts or steers the turn that runs.",
    tag,
    access: { area: "chats" },
    changes: true,
    params: chatPath,
    body: newMessage,
    example: { content: "Now a shorter one" },
    any_text: [["content"]],
    responses: { 200: { description: "Accepted", schema: sentMessage } },
    refusals: [
      "chat_not_found",
      "chat_archived",
      "queue_full",
      "model_config_not_found",
      "usage_limit_reached",
    ],
    async handler(input) {
      const { id: user_id } = input.caller.user;
      await requireToolNames(deps, { client: { tools: input.body.tools } });
      await requireOutputSchema(deps, input.body.output_schema);
      return change(deps, input, async (unit) => {
        const sent = await sendMessage(unit, {
          ...input.body,
          chat_id: input.params.chat,
          owner_id: user_id,
          created_by: user_id,
        });
        const { queued, messages, queued_message } = sent;
        const body = {
          queued,
          messages: messages.map(toMessage),
          ...(queued_message !== null && { queued_message: toQueuedMessage(queued_message) }),
        };
        return { status: 200, body };
      });
    },
  });
}

function edit(deps: ApiDeps): Route {
  return route({
    method: "patch",
    path: "/v1/chats/{chat}/messages/{message}",
    summary: "Edit a user message and run its turn anew",
    description: "The message and all after it go, the queue is cleared, work in flight is dropped.",
    tag,
    access: { area: "chats" },
    changes: true,
    params: messagePath,
    body: messageEdit,
    example: { content: "Tell me a true story" },
    any_text: [["content"]],
    responses: { 200: { description: "The new message, and which ones went", schema: editedMessage } },
    refusals: [
      "chat_not_found",
      "message_not_found",
      "not_a_user_message",
      "history_changed",
      "model_config_not_found",
      "usage_limit_reached",
      "chat_archived",
    ],
    async handler(input) {
      const { id: user_id } = input.caller.user;
      return change(deps, input, async (unit) => {
        const edited = await editMessage(unit, {
          ...input.body,
          chat_id: input.params.chat,
          message_id: input.params.message,
          owner_id: user_id,
          created_by: user_id,
        });
        const { deleted_message_ids } = edited;
        return { status: 200, body: { message: toMessage(edited.message), deleted_message_ids } };
      });
    },
  });
}
