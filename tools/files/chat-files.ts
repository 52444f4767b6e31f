// The files that a chat's tools work on: its project folder, or its workspace through the agent.
import type { JsonObject } from "../../core/part/part.ts";
import type { FileChanges, FileViews } from "../../workspaces/agent/api.ts";
import type { ToolContext, ToolOutput } from "../tool.ts";
import { errorOutput, ToolError } from "../tool-error.ts";
import { workspaceAgent } from "../workspace/chat-workspace-of.ts";

/** The files that may be read. Throws `ToolError` if there are none or the workspace does not answer. */
export async function chatFiles(context: ToolContext): Promise<FileViews> {
  if (context.projectFiles !== null) return context.projectFiles;
  if (context.workspace === null) {
    throw new ToolError("This chat has neither a project folder nor a workspace.");
  }
  return (await workspaceAgent(context)).files;
}

/** A result that shows something, says whether that is all, and may say how to read it. */
export function viewOutput(
  shown: JsonObject,
  { truncated, note }: { readonly truncated: boolean; readonly note?: string | undefined },
): ToolOutput {
  const result = { ...shown, truncated, ...(note !== undefined && { note }) };
  return { result, is_error: false, truncated };
}

/** Changes files of the workspace. If the call is interrupted, the result says that the outcome is unknown. */
export async function changeFiles(
  context: ToolContext,
  change: (files: FileViews & FileChanges) => Promise<ToolOutput>,
): Promise<ToolOutput> {
  if (context.projectFiles !== null) throw new ToolError("The project folder is read-only.");
  const agent = await workspaceAgent(context);
  try {
    return await change(agent.files);
  } catch (error) {
    if (!context.signal.aborted) throw error;
    return errorOutput(
      "The call was interrupted: whether the change was made is not known.",
      "Read the file before you go on with it.",
    );
  }
}

/** In plan mode only the plan may be written: a link in its folder must not lead to other files. */
export function linksRefused({ isPlanning }: ToolContext): { readonly refuse_links?: true } {
  return isPlanning === true ? { refuse_links: true } : {};
}
