// Refuses tools of a client whose names the chat's MCP servers may use for theirs (SPEC D1): which tools a server has is
// known only to the worker, and changes.
import { Refusal } from "../../core/chat/refusal.ts";
import type { ClientTool } from "../../core/tool/client-tool.ts";
import type { Unit } from "../unit.ts";

export interface GivenTools {
  readonly tools: readonly ClientTool[];
  /** Absent: those of the chat. */
  readonly mcp_server_ids?: readonly string[] | undefined;
}

/** @throws Refusal `invalid_request` */
export async function requireFreeToolNames(unit: Unit, chatId: string, given: GivenTools): Promise<void> {
  const named = given.tools.filter(({ name }) => name.includes("__"));
  if (named.length === 0) return;
  const { rows } = await unit.tx.query<{ slug: string }>(
    `select slug from mcp_servers where id = any(coalesce($2::uuid[], (select mcp_server_ids from chats where id = $1)))`,
    [chatId, given.mcp_server_ids ?? null],
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
