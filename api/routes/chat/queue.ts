// List, change and delete the queued messages of a chat.
import { z } from "zod";
import { commandBodyBytesMax, queuedMessagesMax } from "../../../core/chat/limits.ts";
import { changeQueued, deleteQueued } from "../../../store/chat/change-queued.ts";
import { promoteQueued } from "../../../store/chat/promote-queued.ts";
import { toMessage, toQueuedMessage } from "../../../store/row/to-wire.ts";
import type { ApiDeps } from "../../deps.ts";
import { type Route, route } from "../../http/route.ts";
import { modelConfigId } from "../../schemas/chat.ts";
import { inputContent } from "../../schemas/content.ts";
import { message, queuedMessage } from "../../schemas/message.ts";
import { queuedMessagePath } from "../../schemas/params.ts";
import { change } from "./change.ts";

const tag = "Queue";
/** The length of the queue is configurable; positions beyond its end mean the last place. */
const positionMax = 50 * queuedMessagesMax;

const queuedPatch = z
  .strictObject({
    content: inputContent.optional(),
    position: z.int().min(1).max(positionMax).optional().meta({ description: "Place in the queue, from 1" }),
  })
  .refine(
    (patch) => patch.content !== undefined || patch.position !== undefined,
    "content or position is needed",
  )
  .meta({ id: "QueuedMessagePatch" });

const promotion = z
  .strictObject({ model_config_id: modelConfigId.optional() })
  .default({})
  .meta({ id: "Promotion" });

const promoted = z
  .strictObject({
    message: message.optional().meta({ description: "Absent while the promotion waits behind an interrupt" }),
  })
  .meta({ id: "Promoted" });

export function queueRoutes(deps: ApiDeps): Route[] {
  return [patch(deps), remove(deps), promote(deps)];
}

function patch(deps: ApiDeps): Route {
  return route({
    method: "patch",
    path: "/v1/chats/{chat}/queue/{queued_message}",
    summary: "Rewrite or move a queued message",
    tag,
    access: { area: "chats" },
    changes: true,
    params: queuedMessagePath,
    body: queuedPatch,
    example: { content: "And a sad one" },
    any_text: [["content"]],
    responses: { 200: { description: "The queued message", schema: queuedMessage } },
    refusals: ["chat_not_found", "queued_message_not_found", "chat_archived"],
    async handler(input) {
      const { params, body, caller } = input;
      return change(deps, input, async (unit) => {
        const row = await changeQueued(unit, {
          ...body,
          chat_id: params.chat,
          owner_id: caller.user.id,
          queued_message_id: params.queued_message,
        });
        return { status: 200, body: toQueuedMessage(row) };
      });
    },
  });
}

function remove(deps: ApiDeps): Route {
  return route({
    method: "delete",
    path: "/v1/chats/{chat}/queue/{queued_message}",
    summary: "Delete a queued message",
    tag,
    access: { area: "chats" },
    changes: true,
    params: queuedMessagePath,
    responses: { 204: { description: "Deleted" } },
    refusals: ["chat_not_found", "queued_message_not_found", "chat_archived"],
    async handler(input) {
      const { params, caller } = input;
      return change(deps, input, async (unit) => {
        await deleteQueued(unit, {
          chat_id: params.chat,
          owner_id: caller.user.id,
          queued_message_id: params.queued_message,
        });
        return { status: 204 };
      });
    },
  });
}

function promote(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/v1/chats/{chat}/queue/{queued_message}/promote",
    summary: "Run a queued message next",
    description: "At once when the chat is idle, else the running turn is interrupted for it.",
    tag,
    access: { area: "chats" },
    changes: true,
    params: queuedMessagePath,
    body: promotion,
    body_bytes_max: commandBodyBytesMax,
    responses: { 200: { description: "Promoted", schema: promoted } },
    refusals: [
      "chat_not_found",
      "queued_message_not_found",
      "model_config_not_found",
      "usage_limit_reached",
      "chat_archived",
    ],
    async handler(input) {
      const { params, body, caller } = input;
      return change(deps, input, async (unit) => {
        const { message: begun } = await promoteQueued(unit, {
          ...body,
          chat_id: params.chat,
          owner_id: caller.user.id,
          queued_message_id: params.queued_message,
        });
        return { status: 200, body: begun === null ? {} : { message: toMessage(begun) } };
      });
    },
  });
}
