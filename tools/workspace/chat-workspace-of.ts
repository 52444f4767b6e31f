// The chat's workspace and its agent, for tools, or words about why there is none.
import type { AgentApi } from "../../workspaces/agent/api.ts";
import type { ChatWorkspace } from "../chat-workspace.ts";
import type { ToolContext } from "../tool.ts";
import { ToolError } from "../tool-error.ts";

/** Throws `ToolError` in a chat that can have no workspace. */
export function chatWorkspaceOf(context: ToolContext): ChatWorkspace {
  if (context.workspace !== null) return context.workspace;
  throw new ToolError("This chat has no workspace: it is bound to a read-only project folder.");
}

/** The running call as the builds of a workspace see it. */
export function buildWatchOf(context: ToolContext) {
  return { signal: context.signal, emit: (text: string) => context.emit(text) };
}

/** Ends the build that an earlier attempt of this call began, when nobody wants it any more. */
export async function abandonBuild(context: ToolContext): Promise<void> {
  await context.workspace?.abandon();
}

/** The agent of the chat's workspace. Throws `ToolError` when there is none, or it does not answer. */
export async function workspaceAgent(context: ToolContext, signal = context.signal): Promise<AgentApi> {
  return chatWorkspaceOf(context).agent(signal);
}
