// Refuses tools of a client whose names the chat's MCP servers may use for theirs (SPEC D1): which tools a server has is
// known only to the worker, and changes.
import { Refusal } from "../../core/chat/refusal.ts";
import type { ClientTool } from "../../core/tool/client-tool.ts";
import type { Unit } from "../unit.ts";

export interface GivenTools {
  readonly tools: readonly ClientTool[];
  /** Of the chat, or of its profile. */
  readonly mcp_server_ids: readonly string[];
}

/** @throws Refusal `invalid_request` */
export async function requireFreeToolNames(unit: Unit, { tools, mcp_server_ids }: GivenTools): Promise<void> {
  const named = tools.filter(({ name }) => name.includes("__"));
  if (named.length === 0 || mcp_server_ids.length === 0) return;
  const { rows } = await unit.tx.query<{ slug: string }>(
    "select slug from mcp_servers where id = any($1::uuid[])",
    [mcp_server_ids],
  );
  const errors = named.flatMap(({ name }) => {
    const slug = rows.find((row) => isOfServer(name, row.slug))?.slug;
    const message = `is kept for tools of the MCP server ${slug}`;
    return slug === undefined ? [] : [{ path: `tools.${name}`, message }];
  });
  const [first] = errors;
  if (first !== undefined) throw new Refusal("invalid_request", `${first.path} ${first.message}`, errors);
}

/** Names of a server's tools begin with its slug, or with that and a few digits where two servers have the same. */
function isOfServer(name: string, slug: string): boolean {
  if (!name.startsWith(slug)) return false;
  return /^(-[0-9a-f]{4})?__/.test(name.slice(slug.length));
}
