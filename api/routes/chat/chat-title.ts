// Asks for another title of a chat.
import { z } from "zod";
import { commandBodyBytesMax } from "../../../core/chat/limits.ts";
import { askForTitle } from "../../../store/description/ask-for-title.ts";
import type { ApiDeps } from "../../deps.ts";
import { type Route, route } from "../../http/route.ts";
import { chat } from "../../schemas/chat.ts";
import { chatPath } from "../../schemas/params.ts";
import { change } from "./change.ts";
import { showChat } from "./show-chat.ts";

export function chatTitleRoutes(deps: ApiDeps): Route[] {
  return [ask(deps)];
}

function ask(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/v1/chats/{chat}/title",
    summary: "Ask a model for another title",
    description:
      "Answers at once, with the present title; readers of the chat are told the new one when it is there. It takes the place of a title of the user's own, unless that is changed meanwhile.",
    tag: "Chats",
    access: { area: "chats" },
    changes: true,
    params: chatPath,
    body: z.strictObject({}).optional(),
    body_bytes_max: commandBodyBytesMax,
    responses: { 200: { description: "The chat", schema: chat } },
    refusals: ["chat_not_found", "chat_archived", "title_impossible", "usage_limit_reached"],
    async handler(input) {
      const { params, caller } = input;
      return change(deps, input, async (unit) => {
        await askForTitle(unit, { chat_id: params.chat, owner_id: caller.user.id });
        return { status: 200, body: await showChat(unit.tx, params.chat, deps.links) };
      });
    },
  });
}
