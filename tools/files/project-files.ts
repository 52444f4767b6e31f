// A chat's project folder, looked at by the worker itself with the eyes that the agent has inside a workspace (SPEC W8).
import { rgPath } from "@vscode/ripgrep";
import type { FileViews } from "../../workspaces/agent/api.ts";
import { createFileViews } from "../../workspaces/agent/files/create-files.ts";

/** `projectRoot` as `resolveProjectPath` gave it: real, without links. */
export function projectFiles(projectRoot: string): FileViews {
  return createFileViews({ root: projectRoot, rgPath, placeName: "project folder" });
}
