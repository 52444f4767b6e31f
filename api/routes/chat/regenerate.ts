// Asks for the last answer again.
import { z } from "zod";
import { commandBodyBytesMax } from "../../../core/chat/limits.ts";
import { regenerate } from "../../../store/chat/regenerate.ts";
import type { ApiDeps } from "../../deps.ts";
import { type Route, route } from "../../http/route.ts";
import { chat } from "../../schemas/chat.ts";
import { expectedHistoryVersion } from "../../schemas/common.ts";
import { chatPath } from "../../schemas/params.ts";
import { change } from "./change.ts";
import { showChat } from "./show-chat.ts";

export function regenerateRoutes(deps: ApiDeps): Route[] {
  const again = route({
    method: "post",
    path: "/v1/chats/{chat}/regenerate",
    summary: "Answer the newest user message again",
    description:
      "As if that message were edited to its own content: it gets a new id, what came after it goes, the queue is cleared, work in flight is dropped.",
    tag: "Chats",
    access: { area: "chats" },
    changes: true,
    params: chatPath,
    body: z.strictObject({ expected_history_version: expectedHistoryVersion.optional() }).optional(),
    body_bytes_max: commandBodyBytesMax,
    responses: { 200: { description: "The chat, running", schema: chat } },
    refusals: [
      "chat_not_found",
      "chat_archived",
      "history_changed",
      "nothing_to_regenerate",
      "usage_limit_reached",
    ],
    async handler(input) {
      const { id: user_id } = input.caller.user;
      const chat_id = input.params.chat;
      return change(deps, input, async (unit) => {
        await regenerate(unit, { ...input.body, chat_id, owner_id: user_id, created_by: user_id });
        return { status: 200, body: await showChat(unit.tx, chat_id, deps.links) };
      });
    },
  });
  return [again];
}
