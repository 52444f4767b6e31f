// Connects to an MCP server and shows its tools, or says in words what is wrong.
import { commandBodyBytesMax } from "../../../core/chat/limits.ts";
import { readMcpServer } from "../../../store/access/mcp-servers.ts";
import type { ApiDeps } from "../../deps.ts";
import { type Route, route } from "../../http/route.ts";
import { mcpServerTest } from "../../schemas/mcp-server.ts";
import { mcpServerPath } from "../../schemas/params.ts";

export function mcpTestRoute({ store, mcp }: Pick<ApiDeps, "store" | "mcp">): Route {
  return route({
    method: "post",
    path: "/v1/mcp-servers/{mcp_server}/test",
    summary: "Connect to an MCP server and list its tools",
    description:
      "With your own sign-in where it wants one. Takes at most about a minute. Says in words what is wrong; a disabled server can be tested.",
    tag: "MCP",
    access: { area: "deployment" },
    params: mcpServerPath,
    body_bytes_max: commandBodyBytesMax,
    responses: { 200: { description: "What came of it", schema: mcpServerTest } },
    refusals: ["mcp_server_not_found"],
    async handler({ params, caller }) {
      const row = await readMcpServer(store.pool, params.mcp_server, caller.user.id);
      return { status: 200, body: await mcp.test(row, caller.user.id) };
    },
  });
}
