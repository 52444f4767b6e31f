// Which tools of an MCP server agents may have, by its two lists.
import type { McpServer } from "../parts/wire.ts";

type Lists = Pick<McpServer, "allow" | "deny">;

export function allows({ allow, deny }: Lists, tool: string): boolean {
  return !deny.includes(tool) && (allow === null || allow.includes(tool));
}

/** The lists with which a tool is allowed, or not. */
export function listsWith({ allow, deny }: Lists, tool: string, allowed: boolean): Lists {
  if (!allowed) return { allow, deny: [...deny, tool] };
  const rest = deny.filter((name) => name !== tool);
  return { deny: rest, allow: allow === null || allow.includes(tool) ? allow : [...allow, tool] };
}
