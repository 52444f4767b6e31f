// Tools: the agent of the chat's workspace, or words about why there is none.
import type { AgentApi } from "../../workspaces/agent/api.ts";
import type { ToolContext } from "../tool.ts";
import { ToolError } from "../tool-error.ts";

/** Throws `ToolError` when the chat can have no workspace, has none, or it does not answer. */
export async function workspaceAgent(context: ToolContext, signal = context.signal): Promise<AgentApi> {
  if (context.workspace === null) {
    throw new ToolError("This chat has no workspace: it is bound to a read-only project folder.");
  }
  return context.workspace.agent(signal);
}
