// Tools: the list. A tool exists when it stands here, and a chat may call it when it is active there.
import { createWorkspace } from "./create-workspace.ts";
import { editFiles } from "./edit-files.ts";
import { execute } from "./execute.ts";
import { findFiles } from "./find-files.ts";
import { grep } from "./grep.ts";
import { listDir } from "./list-dir.ts";
import { listTemplates } from "./list-templates.ts";
import { processList } from "./process-list.ts";
import { processOutput } from "./process-output.ts";
import { processSignal } from "./process-signal.ts";
import { readFile } from "./read-file.ts";
import { readTemplate } from "./read-template.ts";
import { startWorkspace } from "./start-workspace.ts";
import { stopWorkspace } from "./stop-workspace.ts";
import type { Tool } from "./tool.ts";
import { viewFile } from "./view-file.ts";
import { writeFile } from "./write-file.ts";

/** Read-only tools of a chat bound to a project folder (SPEC W8). */
const projectTools: readonly Tool[] = [viewFile, listDir, grep, findFiles];

/** Tools of a chat that may have a workspace (SPEC W1). */
const workspaceTools: readonly Tool[] = [
  listTemplates,
  readTemplate,
  createWorkspace,
  startWorkspace,
  stopWorkspace,
  readFile,
  writeFile,
  editFiles,
  listDir,
  viewFile,
  grep,
  findFiles,
  execute,
  processOutput,
  processList,
  processSignal,
];

/** The tools that a chat may call: those of its project folder when it is bound to one, else those of a workspace. */
export function activeTools(chat: { readonly projectPath: string | null }): readonly Tool[] {
  return chat.projectPath === null ? workspaceTools : projectTools;
}

/** The tool of that name, active or not. */
export function findTool(name: string): Tool | undefined {
  return workspaceTools.find((tool) => tool.name === name);
}
