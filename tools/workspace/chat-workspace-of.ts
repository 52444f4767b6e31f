// Finds the chat's workspace and its agent, or says why there is none.
import type { AgentApi } from "../../workspaces/agent/api.ts";
import type { ToolContext } from "../tool.ts";
import { ToolError } from "../tool-error.ts";
import type { ChatWorkspace } from "./chat-workspace.ts";

/** Throws `ToolError` if the chat cannot have a workspace. */
export function chatWorkspaceOf(context: ToolContext): ChatWorkspace {
  if (context.workspace !== null) return context.workspace;
  throw new ToolError("This chat has no workspace: it is bound to a read-only project folder.");
}

/** What a build needs of the running call. */
export function buildWatchOf(context: ToolContext) {
  return { signal: context.signal, emit: (text: string) => context.emit(text) };
}

/** Cancels the build that an earlier attempt of this call began. */
export async function abandonBuild(context: ToolContext): Promise<void> {
  await context.workspace?.abandon();
}

/** The agent of the chat's workspace. Throws `ToolError` when there is none, or it does not answer. */
export async function workspaceAgent(context: ToolContext, signal = context.signal): Promise<AgentApi> {
  return chatWorkspaceOf(context).agent(signal);
}
