// Create, list, read, change, delete and interrupt chats.
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import { commandBodyBytesMax } from "../../../core/chat/limits.ts";
import { createChat, createEmptyChat } from "../../../store/chat/create-chat.ts";
import { deleteChat } from "../../../store/chat/delete-chat.ts";
import { interruptChat } from "../../../store/chat/interrupt-chat.ts";
import { listChats } from "../../../store/chat/list-chats.ts";
import { patchChat } from "../../../store/chat/patch-chat.ts";
import { toChat } from "../../../store/row/to-wire.ts";
import type { Unit } from "../../../store/unit.ts";
import type { ApiDeps } from "../../deps.ts";
import { listCursor } from "../../http/list-cursor.ts";
import { type Route, route } from "../../http/route.ts";
import { chat, chatPatch, newChat } from "../../schemas/chat.ts";
import { messageId } from "../../schemas/common.ts";
import { chatPath, chatQuery } from "../../schemas/params.ts";
import { bindChat } from "./bind-chat.ts";
import { change } from "./change.ts";
import { projectFolder } from "./project-folder.ts";
import { requireOutputSchema } from "./require-output-schema.ts";
import { requireToolNames } from "./require-tool-names.ts";
import { showChat, showReadableChat } from "./show-chat.ts";

const tag = "Chats";
const cursor = listCursor({
  pin_order: z.int32().nullable(),
  updated_us: z.int().nonnegative(),
  id: z.uuid(),
});
const chatPage = z
  .strictObject({ items: z.array(chat), next_cursor: z.string().nullable() })
  .meta({ id: "ChatPage" });

export function chatRoutes(deps: ApiDeps): Route[] {
  return [create(deps), list(deps), read(deps), patch(deps), remove(deps), interrupt(deps)];
}

function create(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/v1/chats",
    summary: "Create a chat and run its first turn",
    description: "Without `content` the chat is empty and rests: write to it later.",
    tag,
    access: { area: "chats" },
    changes: true,
    body: newChat,
    example: { content: "Tell me a story" },
    any_text: [["content"]],
    responses: { 201: { description: "The chat; running if it has content", schema: chat } },
    refusals: [
      "model_config_not_found",
      "project_path_refused",
      "project_refused",
      "profile_refused",
      "workspace_refused",
      "mcp_server_refused",
      "usage_limit_reached",
    ],
    async handler(input) {
      const { body, caller } = input;
      const folder = await projectFolder(deps, body);
      await requireToolNames(deps, { tools: body.tools, client: { dynamic_tools: body.dynamic_tools } });
      await requireOutputSchema(deps, body.output_schema);
      return change(deps, input, async (unit) => {
        const id = uuidv7();
        // For the request's log line, since the path does not name the new chat.
        input.raw.response.locals["chatId"] = id;
        const owner_id = caller.user.id;
        const { content, ...given } = { ...body, id, owner_id, ...folder };
        if (content === undefined) await createEmptyChat(unit, given);
        else await createChat(unit, { ...given, content });
        await bindChat(unit, { chat_id: id, owner_id, workspace_id: body.workspace_id });
        return { status: 201, body: await showChat(unit.tx, id, deps.links) };
      });
    },
  });
}

function list(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/chats",
    summary: "List the caller's chats",
    description: "Roots with their descendants in `children`; pinned ones first, then by latest change.",
    tag,
    access: { area: "chats" },
    query: chatQuery,
    responses: { 200: { description: "A page of chats", schema: chatPage } },
    refusals: ["invalid_cursor"],
    async handler({ query, caller }) {
      const { label, after, ...filters } = query;
      const page = await listChats(deps.store.pool, {
        ...filters,
        owner_id: caller.user.id,
        labels: label,
        after: after === undefined ? undefined : cursor.read(after),
      });
      const items = page.trees.map(({ root, children }) => ({
        ...toChat(root, deps.links),
        children: children.map((child) => toChat(child, deps.links)),
      }));
      const next_cursor = page.next === null ? null : cursor.write(page.next);
      return { status: 200, body: { items, next_cursor } };
    },
  });
}

function read(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/chats/{chat}",
    summary: "Read a chat",
    tag,
    access: { area: "chats" },
    params: chatPath,
    responses: { 200: { description: "The chat", schema: chat } },
    refusals: ["chat_not_found"],
    async handler({ params, caller }) {
      const asked = { chat_id: params.chat, user_id: caller.user.id };
      return { status: 200, body: (await showReadableChat(deps.store.pool, asked, deps.links)).chat };
    },
  });
}

function patch(deps: ApiDeps): Route {
  return route({
    method: "patch",
    path: "/v1/chats/{chat}",
    summary: "Change a chat: title, labels, model, system prompt, tools, policy, archive and more",
    description: "Archiving takes all descendants along; while one of them is busy nothing is changed.",
    tag,
    access: { area: "chats" },
    changes: true,
    params: chatPath,
    body: chatPatch,
    example: { title: "A story", labels: { project: "stories" } },
    responses: { 200: { description: "The chat", schema: chat } },
    refusals: [
      "chat_not_found",
      "history_changed",
      "chat_busy",
      "chat_archived",
      "profile_refused",
      "workspace_refused",
      "mcp_server_refused",
      "model_config_not_found",
    ],
    async handler(input) {
      const { params, body, caller } = input;
      await requireToolNames(deps, { tools: body.tools, client: { dynamic_tools: body.dynamic_tools } });
      const of = { chat_id: params.chat, owner_id: caller.user.id };
      const bind = (unit: Unit) => bindChat(unit, { ...of, workspace_id: body.workspace_id });
      return change(deps, input, async (unit) => {
        // An archived chat cannot be bound: unarchive before binding, archive after it.
        if (body.archived === true) await bind(unit);
        await patchChat(unit, { ...body, ...of });
        if (body.archived !== true) await bind(unit);
        return { status: 200, body: await showChat(unit.tx, params.chat, deps.links) };
      });
    },
  });
}

function remove(deps: ApiDeps): Route {
  return route({
    method: "delete",
    path: "/v1/chats/{chat}",
    summary: "Delete a chat and its descendants",
    tag,
    access: { area: "chats" },
    changes: true,
    params: chatPath,
    responses: { 204: { description: "Deleted; a running turn is cancelled" } },
    refusals: ["chat_not_found"],
    async handler(input) {
      return change(deps, input, async (unit) => {
        await deleteChat(unit, { chat_id: input.params.chat, owner_id: input.caller.user.id });
        return { status: 204 };
      });
    },
  });
}

function interrupt(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/v1/chats/{chat}/interrupt",
    summary: "Interrupt the running turn",
    description:
      "What was streamed so far is kept. An idle chat stays as it is. With a `turn_id`, such as a reader's `status` tells, that turn is stopped or nothing: where another has begun meanwhile, it goes on.",
    tag,
    access: { area: "chats" },
    changes: true,
    params: chatPath,
    body: z
      .strictObject({ turn_id: messageId.optional().meta({ description: "The turn that is meant" }) })
      .optional(),
    body_bytes_max: commandBodyBytesMax,
    responses: { 200: { description: "The chat", schema: chat } },
    refusals: ["chat_not_found", "chat_archived"],
    async handler(input) {
      const { params, caller, body } = input;
      return change(deps, input, async (unit) => {
        const turn_id = body?.turn_id;
        const asked = { chat_id: params.chat, owner_id: caller.user.id };
        await interruptChat(unit, { ...asked, ...(turn_id !== undefined && { turn_id }) });
        return { status: 200, body: await showChat(unit.tx, params.chat, deps.links) };
      });
    },
  });
}
