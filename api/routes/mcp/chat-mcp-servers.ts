// The MCP servers of a chat, and why a model is not offered the tools of one of them.
import { z } from "zod";
import { Refusal } from "../../../core/chat/refusal.ts";
import { mcpServersOf } from "../../../core/tool/chat-profile.ts";
import { listAuthorized } from "../../../store/access/mcp-authorizations.ts";
import { type McpServerRow, needsWorkspace, readChatMcpServers } from "../../../store/access/mcp-servers.ts";
import { type ChatRow, readChatRow } from "../../../store/row/chat-row.ts";
import { readWorkspace, type WorkspaceRow } from "../../../store/workspace/workspaces.ts";
import type { ApiDeps } from "../../deps.ts";
import { type Route, route } from "../../http/route.ts";
import { uuid } from "../../schemas/common.ts";
import { chatPath } from "../../schemas/params.ts";

const RUNS_IN = ["elsewhere", "beside_worker", "workspace"] as const;

const chatMcpServer = z
  .strictObject({
    id: uuid,
    slug: z.string(),
    name: z.string(),
    runs_in: z.enum(RUNS_IN).meta({
      description:
        "`elsewhere`: reached over HTTP. A program runs beside the worker, or in the chat's workspace",
    }),
    usable: z
      .boolean()
      .meta({ description: "False: its tools are not offered. True does not say that it can be reached" }),
    reason: z.string().nullable().meta({ description: "Why it is not usable, in words" }),
  })
  .meta({ id: "ChatMcpServer" });

const chatMcpServers = z
  .strictObject({ items: z.array(chatMcpServer), next_cursor: z.null() })
  .meta({ id: "ChatMcpServers" });

export function chatMcpServersRoute({ store: { pool } }: Pick<ApiDeps, "store">): Route {
  return route({
    method: "get",
    path: "/v1/chats/{chat}/mcp-servers",
    summary: "List the MCP servers of a chat",
    description:
      "In the chat's order, with the reason where the model is not offered the tools of one. Servers that were deleted are left out.",
    tag: "MCP",
    access: { area: "chats" },
    params: chatPath,
    responses: { 200: { description: "Its MCP servers", schema: chatMcpServers } },
    refusals: ["chat_not_found"],
    async handler({ params, caller }) {
      const chat = await readChatRow(pool, params.chat);
      if (chat?.owner_id !== caller.user.id) throw new Refusal("chat_not_found");
      const rows = await readChatMcpServers(pool, chat.owner_id, mcpServersOf(chat));
      const { workspace_id } = chat;
      const signedIn = await listAuthorized(
        pool,
        chat.owner_id,
        rows.map(({ id }) => id),
      );
      const workspace = workspace_id === null ? null : await readWorkspace(pool, workspace_id, null);
      const items = rows.map((row) => {
        const reason = whyNot(row, { chat, workspace, isSignedIn: signedIn.has(row.id) });
        const { id, slug, name } = row;
        return { id, slug, name, runs_in: placeOf(row), usable: reason === null, reason };
      });
      return { status: 200, body: { items, next_cursor: null } };
    },
  });
}

function placeOf(row: McpServerRow): (typeof RUNS_IN)[number] {
  if (row.transport === "http") return "elsewhere";
  return needsWorkspace(row) ? "workspace" : "beside_worker";
}

interface Around {
  readonly chat: ChatRow;
  readonly workspace: WorkspaceRow | null;
  readonly isSignedIn: boolean;
}

/** Null: nothing that the database knows speaks against it. */
function whyNot(row: McpServerRow, { chat, workspace, isSignedIn }: Around): string | null {
  if (!row.enabled) return "It is disabled.";
  if (row.auth === "oauth" && !isSignedIn) return "You are not signed in there.";
  if (!needsWorkspace(row)) return null;
  if (chat.project_path !== null)
    return "It runs inside a workspace, and this chat works in a project folder.";
  if (workspace === null) return "It runs inside the chat's workspace, and this chat has none.";
  if (workspace.status === "running") return null;
  return `It runs inside the chat's workspace, which is ${workspace.status}.`;
}
