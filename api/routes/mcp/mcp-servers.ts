// MCP servers: the deployment's, which admins change, and everybody's own (SPEC C4).
import { z } from "zod";
import { Refusal } from "../../../core/chat/refusal.ts";
import { listAuthorized } from "../../../store/access/mcp-authorizations.ts";
import {
  createMcpServer,
  deleteMcpServer,
  listMcpServers,
  type McpServerRow,
  readMcpServer,
  updateMcpServer,
} from "../../../store/access/mcp-servers.ts";
import type { ApiDeps } from "../../deps.ts";
import { storeFor } from "../../http/access/actor.ts";
import type { Caller } from "../../http/access/caller.ts";
import { listCursor } from "../../http/list-cursor.ts";
import { type Route, route } from "../../http/route.ts";
import { mcpServer, mcpServerChange, mcpServerPage, newMcpServer } from "../../schemas/mcp-server.ts";
import { mcpServerPath, pageQuery } from "../../schemas/params.ts";
import { chatMcpServersRoute } from "./chat-mcp-servers.ts";
import { changedFields, newFields } from "./mcp-fields.ts";
import { mcpSignInRoutes } from "./mcp-sign-in.ts";
import { mcpTestRoute } from "./mcp-test.ts";
import { showMcpServer } from "./show-mcp-server.ts";

const tag = "MCP";
const access = { area: "deployment" } as const;
const cursor = listCursor({ id: z.uuid() });

type McpDeps = Pick<ApiDeps, "store" | "mcp" | "signIn">;

export function mcpServerRoutes(deps: McpDeps): Route[] {
  return [
    list(deps),
    create(deps),
    ...mcpSignInRoutes(deps),
    read(deps),
    change(deps),
    remove(deps),
    mcpTestRoute(deps),
    chatMcpServersRoute(deps),
  ];
}

function list({ store }: McpDeps): Route {
  return route({
    method: "get",
    path: "/v1/mcp-servers",
    summary: "List MCP servers: the deployment's and your own, newest first",
    tag,
    access,
    query: pageQuery,
    responses: { 200: { description: "A page of MCP servers", schema: mcpServerPage } },
    refusals: ["invalid_cursor"],
    async handler({ query: { limit, after }, caller }) {
      const from = after === undefined ? undefined : cursor.read(after).id;
      const page = await listMcpServers(store.pool, { user_id: caller.user.id, limit, after: from });
      const next_cursor = page.next === null ? null : cursor.write({ id: page.next });
      return { status: 200, body: { items: await shown(store, page.items, caller), next_cursor } };
    },
  });
}

function create({ store, mcp }: McpDeps): Route {
  return route({
    method: "post",
    path: "/v1/mcp-servers",
    summary: "Make an MCP server",
    description:
      "Your own, or with `owner: deployment` one for everybody (admins). Your own programs (`stdio`) run inside the workspace of a chat that has them; those of the deployment are started beside the worker, where it allows that.",
    tag,
    access,
    body: newMcpServer,
    example: {
      slug: "wiki",
      name: "The wiki",
      transport: { type: "http", url: "https://mcp.example.com/mcp" },
    },
    responses: { 201: { description: "The MCP server", schema: mcpServer } },
    refusals: ["forbidden", "mcp_server_refused", "name_taken", "too_many"],
    async handler(input) {
      const { body, caller } = input;
      const owner_id = body.owner === "me" ? caller.user.id : null;
      requireMayChange(owner_id, caller);
      const { slug, name } = body;
      const fields = newFields(body, owner_id, mcp);
      const row = await createMcpServer(storeFor(store, input), { owner_id, slug, name, fields });
      return { status: 201, body: await shownOne(store, row, caller) };
    },
  });
}

function read({ store }: McpDeps): Route {
  return route({
    method: "get",
    path: "/v1/mcp-servers/{mcp_server}",
    summary: "Read an MCP server",
    tag,
    access,
    params: mcpServerPath,
    responses: { 200: { description: "The MCP server", schema: mcpServer } },
    refusals: ["mcp_server_not_found"],
    async handler({ params, caller }) {
      const row = await readMcpServer(store.pool, params.mcp_server, caller.user.id);
      return { status: 200, body: await shownOne(store, row, caller) };
    },
  });
}

function change({ store, mcp }: McpDeps): Route {
  return route({
    method: "patch",
    path: "/v1/mcp-servers/{mcp_server}",
    summary: "Change an MCP server",
    description:
      "The deployment's are changed by admins. With another address, secrets have to be given anew, and sign-ins end.",
    tag,
    access,
    params: mcpServerPath,
    body: mcpServerChange,
    example: { deny: ["delete_page"] },
    responses: { 200: { description: "The MCP server", schema: mcpServer } },
    refusals: ["forbidden", "mcp_server_not_found", "mcp_server_refused", "name_taken"],
    async handler(input) {
      const { params, body, caller } = input;
      const row = await updateMcpServer(storeFor(store, input), {
        id: params.mcp_server,
        user_id: caller.user.id,
        fields(old) {
          requireMayChange(old.owner_id, caller);
          return changedFields(old, body, mcp);
        },
      });
      return { status: 200, body: await shownOne(store, row, caller) };
    },
  });
}

function remove({ store }: McpDeps): Route {
  return route({
    method: "delete",
    path: "/v1/mcp-servers/{mcp_server}",
    summary: "Delete an MCP server",
    description: "Chats that have it go on without its tools.",
    tag,
    access,
    params: mcpServerPath,
    responses: { 204: { description: "It is gone" } },
    refusals: ["forbidden", "mcp_server_not_found"],
    async handler(input) {
      const { params, caller } = input;
      const row = await readMcpServer(store.pool, params.mcp_server, caller.user.id);
      requireMayChange(row.owner_id, caller);
      await deleteMcpServer(storeFor(store, input), row);
      return { status: 204 };
    },
  });
}

function requireMayChange(ownerId: string | null, { user }: Caller): void {
  if (ownerId === null && user.role !== "admin")
    throw new Refusal("forbidden", "the deployment's MCP servers are changed by admins");
}

async function shown({ pool }: ApiDeps["store"], rows: readonly McpServerRow[], caller: Caller) {
  const ids = rows.filter((row) => row.auth === "oauth").map(({ id }) => id);
  const authorized = ids.length === 0 ? new Set<string>() : await listAuthorized(pool, caller.user.id, ids);
  return rows.map((row) => showMcpServer(row, { authorized: authorized.has(row.id), caller }));
}

async function shownOne(store: ApiDeps["store"], row: McpServerRow, caller: Caller) {
  return (await shown(store, [row], caller))[0];
}
