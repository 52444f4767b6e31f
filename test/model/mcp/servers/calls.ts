// Test support: calls of MCP tools as a chat's tools make them.
import type { CallToolResult } from "@modelcontextprotocol/client";
import type { McpAnswer, McpCall } from "../../../../mcp/connection/call-tool.ts";

/** Nobody can be asked. */
export function aCall(tool: string, more: Partial<McpCall> = {}): McpCall {
  return {
    tool,
    args: {},
    chat_id: "chat",
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ask: async () => ({ action: "decline" }),
    onDeclined: () => undefined,
    ...more,
  };
}

export function resultOf(answer: McpAnswer): CallToolResult {
  if (answer.type !== "done") throw new Error(`the server asks: ${JSON.stringify(answer)}`);
  return answer.result;
}
