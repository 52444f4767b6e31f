// Makes a new chat from the history of another one.
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { commandBodyBytesMax } from "../../../core/chat/limits.ts";
import { forkChat } from "../../../store/chat/fork-chat.ts";
import type { ApiDeps } from "../../deps.ts";
import { type Route, route } from "../../http/route.ts";
import { chat, chatTitle, userTitleCharsMax } from "../../schemas/chat.ts";
import { expectedHistoryVersion, messageId } from "../../schemas/common.ts";
import { chatPath } from "../../schemas/params.ts";
import { change } from "./change.ts";
import { showChat } from "./show-chat.ts";

const SUFFIX = " (fork)";

const newFork = z
  .strictObject({
    message_id: messageId.optional().meta({
      description: "The last message that the new chat has; absent: the newest that is committed",
    }),
    title: chatTitle.optional().meta({ description: "Absent: the title of the source, marked as a fork" }),
    expected_history_version: expectedHistoryVersion.optional(),
  })
  .optional()
  .meta({ id: "NewFork" });

export function forkRoutes(deps: ApiDeps): Route[] {
  const fork = route({
    method: "post",
    path: "/v1/chats/{chat}/fork",
    summary: "Make a new chat with the history up to a message",
    description:
      "The source may be in any state and is not changed; of a turn that runs, what is committed is copied. The new chat rests, with the source's model, prompt, labels, tools and workspace. Calls without a result get one that says so. What the copied messages have cost stays booked on the source alone.",
    tag: "Chats",
    access: { area: "chats" },
    changes: true,
    params: chatPath,
    body: newFork,
    body_bytes_max: commandBodyBytesMax,
    responses: { 201: { description: "The new chat, waiting", schema: chat } },
    refusals: ["chat_not_found", "message_not_found", "history_changed", "history_too_long"],
    async handler(input) {
      const { params, body, caller } = input;
      return change(deps, input, async (unit) => {
        const id = uuidv7();
        await forkChat(unit, {
          id,
          chat_id: params.chat,
          owner_id: caller.user.id,
          message_id: body?.message_id,
          title: (source) => body?.title ?? forkTitle(source),
          expected_history_version: body?.expected_history_version,
        });
        return { status: 201, body: await showChat(unit.tx, id, deps.links) };
      });
    },
  });
  return [fork];
}

/** A fork of a fork is marked once. */
function forkTitle(source: string): string {
  if (source.endsWith(SUFFIX)) return source;
  const room = userTitleCharsMax - SUFFIX.length;
  return `${[...source].slice(0, room).join("").slice(0, room).toWellFormed()}${SUFFIX}`;
}
