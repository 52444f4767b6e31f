// The tools of a chat's MCP servers. A server that cannot be reached costs its tools, not the turn (SPEC C4).

import { mcpServersOf } from "../../core/tool/chat-profile.ts";
import { type McpServerRow, needsWorkspace } from "../../store/access/mcp-servers.ts";
import type { ChatRow } from "../../store/row/chat-row.ts";
import type { Tool } from "../../tools/tool.ts";
import type { McpTarget } from "../connection/open-transport.ts";
import { stepWaitMs, toolBytesPerChatMax, toolsPerChatMax } from "../limits.ts";
import type { McpPool } from "../pool/pool.ts";
import { mcpTool } from "./mcp-tool.ts";
import { modelToolName, serverPrefixes } from "./tool-names.ts";

export interface McpToolsDeps {
  readonly pool: McpPool;
  /** The servers of a chat that its owner may use, in the chat's order. */
  readonly serversOf: (chat: ChatRow) => Promise<readonly McpServerRow[]>;
  /** Throws `UnsealError`. */
  readonly targetOf: (row: McpServerRow, chat: ChatRow) => McpTarget;
  readonly onFault: (row: McpServerRow, error: unknown) => void;
}

const NO_TOOLS: readonly Tool[] = [];

export function createMcpTools(deps: McpToolsDeps) {
  return {
    async toolsOf(chat: ChatRow): Promise<readonly Tool[]> {
      if (mcpServersOf(chat).length === 0) return NO_TOOLS;
      const rows = await deps.serversOf(chat);
      const prefixes = serverPrefixes(
        rows.map(({ id, slug, owner_id }) => ({ id, slug, is_deployments: owner_id === null })),
      );
      const given = await Promise.all(
        rows.map((row) => toolsOfServer(deps, { row, chat, prefix: prefixes.get(row.id) ?? row.slug })),
      );
      return withinLimits(given.flat());
    },
  };
}

interface ServerInput {
  readonly row: McpServerRow;
  readonly chat: ChatRow;
  readonly prefix: string;
}

/** Never rejects. A step does not wait for a slow server longer than for a slow start of a model. */
async function toolsOfServer(
  deps: McpToolsDeps,
  { row, chat, prefix }: ServerInput,
): Promise<readonly Tool[]> {
  try {
    if (needsWorkspace(row) && chat.workspace_id === null) return NO_TOOLS;
    const target = deps.targetOf(row, chat);
    const infos = await deps.pool.toolsOf(target, AbortSignal.timeout(stepWaitMs));
    return infos.map((info) => mcpTool(deps.pool, target, { name: modelToolName(prefix, info.name), info }));
  } catch (error) {
    deps.onFault(row, error);
    return NO_TOOLS;
  }
}

/** The first ones: the order is that of the chat's servers, and theirs. */
function withinLimits(tools: readonly Tool[]): readonly Tool[] {
  let bytes = 0;
  return tools.slice(0, toolsPerChatMax).filter(({ description, parameters }) => {
    bytes += Buffer.byteLength(description) + Buffer.byteLength(JSON.stringify(parameters));
    return bytes <= toolBytesPerChatMax;
  });
}
