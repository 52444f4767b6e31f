// An MCP server as callers see it: no secret, and of the deployment's servers only admins see where they are.
import type { McpServerRow } from "../../../store/access/mcp-servers.ts";
import { type Caller, seesDeployment } from "../../http/access/caller.ts";

export function showMcpServer(
  row: McpServerRow,
  { authorized, caller }: { readonly authorized: boolean; readonly caller: Caller },
) {
  const { id, slug, name, auth, has_token, enabled, created_at, updated_at } = row;
  const seesAll = row.owner_id !== null || seesDeployment(caller);
  const { client_id, has_client_secret, scope } = row;
  return {
    id,
    slug,
    name,
    transport: transportOf(row, seesAll),
    auth,
    has_token,
    oauth: auth === "oauth" ? { client_id: seesAll ? client_id : null, has_client_secret, scope } : null,
    authorized: auth === "oauth" ? authorized : null,
    allow: row.allow_tools,
    deny: row.deny_tools,
    enabled,
    owner: row.owner_id === null ? "deployment" : "me",
    created_at,
    updated_at,
  };
}

function transportOf(
  { transport, url, command, args, header_names, env_names }: McpServerRow,
  seesAll: boolean,
) {
  if (transport === "http")
    return { type: transport, url: seesAll ? url : null, header_names: seesAll ? header_names : [] };
  return {
    type: transport,
    command: seesAll ? command : null,
    args: seesAll ? args : [],
    env_names: seesAll ? env_names : [],
  };
}
