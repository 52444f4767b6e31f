// Reads a chat's project folder in the worker, with the same code that the agent uses inside a workspace (SPEC W8).
import { rgPath } from "@vscode/ripgrep";
import type { FileViews } from "../../workspaces/agent/api.ts";
import { createFileViews } from "../../workspaces/agent/files/create-files.ts";

/** `projectRoot` as `resolveProjectPath` gave it: real, without links. */
export function projectFiles(projectRoot: string): FileViews {
  return createFileViews({ root: projectRoot, rgPath, placeName: "project folder" });
}
