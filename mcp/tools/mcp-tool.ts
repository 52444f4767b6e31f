// A tool of an MCP server as a tool of a chat.
import type { Progress } from "@modelcontextprotocol/client";
import { headOf } from "../../core/text/truncate.ts";
import type { Tool, ToolContext, ToolOutput } from "../../tools/tool.ts";
import { errorOutput, ToolError } from "../../tools/tool-error.ts";
import type { McpToolInfo } from "../discovery/tool-info.ts";
import { originalArgs } from "../discovery/tool-parameters.ts";
import { progressBytesMax, progressLineCharsMax } from "../limits.ts";
import { McpFault } from "../mcp-fault.ts";
import type { McpPool, McpTarget } from "../pool/pool.ts";
import { toolOutput } from "./tool-result.ts";

/** @param name as models call it */
export function mcpTool(
  pool: McpPool,
  target: McpTarget,
  { name, info }: { name: string; info: McpToolInfo },
): Tool {
  const { read_only, idempotent, destructive } = info;
  return {
    name,
    description: info.description,
    parameters: info.parameters,
    runs_in: "worker",
    flags: { read_only, idempotent, destructive, mcp_server_id: target.server.id },
    // The server checks them: its schema may be one that takes long to check.
    parse: (args) => ({ ok: true, args }),
    async run(args, context) {
      const { signal } = context;
      const call = {
        tool: info.name,
        args: originalArgs(args as Record<string, unknown>, info.renamed),
        signal,
        onProgress: shower(context),
      };
      try {
        return toolOutput(await pool.call(target, call, read_only || idempotent));
      } catch (error) {
        if (error instanceof McpFault)
          return faultOutput(error, { server: target.server.name, isSafe: read_only });
        throw error;
      }
    },
  };
}

/** Shows readers a line for each progress, as long as there are not too many. */
function shower({ emit }: ToolContext): (progress: Progress) => void {
  let left = progressBytesMax;
  return ({ progress, total, message }) => {
    const count = total === undefined ? `${progress}` : `${progress}/${total}`;
    const words = message === undefined ? count : `${headOf(message, progressLineCharsMax)} (${count})`;
    const line = `${words}\n`;
    left -= Buffer.byteLength(line);
    if (left >= 0) emit(line);
  };
}

const UNKNOWN = "Whether the call took effect is unknown.";

function faultOutput(
  { type, message }: McpFault,
  { server, isSafe }: { readonly server: string; readonly isSafe: boolean },
): ToolOutput {
  const unknown = isSafe ? "" : ` ${UNKNOWN}`;
  switch (type) {
    case "unreachable":
      return errorOutput(`The MCP server ${server} cannot be reached: ${message}. The call was not made.`);
    case "refused":
      return errorOutput(`The MCP server ${server} refused the call: ${message}`);
    case "session-lost":
      return errorOutput(
        `The MCP server ${server} forgets its connections: ${message}. The call was not made.`,
      );
    case "lost":
      return errorOutput(
        `The connection to the MCP server ${server} broke during the call: ${message}.${unknown}`,
      );
    case "silent":
      return errorOutput(
        `The MCP server ${server} did not answer in time, and the call was cancelled.${unknown}`,
      );
    case "flooding":
      return errorOutput(`The MCP server ${server} was cut off: ${message}.${unknown}`);
    case "sign-in-needed":
      return errorOutput(
        `The MCP server ${server} wants a sign-in: ${message}. The call was not made.`,
        "Tell the user to sign in at this MCP server, then try again.",
      );
    default:
      throw new ToolError(type satisfies never);
  }
}
