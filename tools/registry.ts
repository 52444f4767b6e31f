// The list of all tools, and which of them a chat may call.

import { interruptAgent } from "./agents/interrupt-agent.ts";
import { listAgents } from "./agents/list-agents.ts";
import { messageAgent } from "./agents/message-agent.ts";
import { spawnAgent } from "./agents/spawn-agent.ts";
import { waitAgent } from "./agents/wait-agent.ts";
import { attachFile } from "./context/attach-file.ts";
import { saveFile } from "./context/save-file.ts";
import { editFiles } from "./files/edit-files.ts";
import { findFiles } from "./files/find-files.ts";
import { grep } from "./files/grep.ts";
import { listDir } from "./files/list-dir.ts";
import { readFile } from "./files/read-file.ts";
import { viewFile } from "./files/view-file.ts";
import { writeFile } from "./files/write-file.ts";
import { updateTodos } from "./plan/update-todos.ts";
import { execute } from "./processes/execute.ts";
import { processList } from "./processes/process-list.ts";
import { processOutput } from "./processes/process-output.ts";
import { processSignal } from "./processes/process-signal.ts";
import { readSkill, readSkillFile } from "./skills/read-skill.ts";
import type { Tool } from "./tool.ts";
import { createWorkspace } from "./workspace/create-workspace.ts";
import { listTemplates } from "./workspace/list-templates.ts";
import { readTemplate } from "./workspace/read-template.ts";
import { startWorkspace } from "./workspace/start-workspace.ts";
import { stopWorkspace } from "./workspace/stop-workspace.ts";

/** Read-only tools of a chat bound to a project folder (SPEC W8). */
const projectTools: readonly Tool[] = [
  viewFile,
  listDir,
  grep,
  findFiles,
  readSkill,
  readSkillFile,
  updateTodos,
];

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
  attachFile,
  saveFile,
  grep,
  findFiles,
  execute,
  processOutput,
  processList,
  processSignal,
  readSkill,
  readSkillFile,
  updateTodos,
];

/** Tools of a chat that people have started: a subagent has no subagents (SPEC G1). */
const agentTools: readonly Tool[] = [spawnAgent, waitAgent, messageAgent, interruptAgent, listAgents];

const workspaceRootTools: readonly Tool[] = [...workspaceTools, ...agentTools];
const projectRootTools: readonly Tool[] = [...projectTools, ...agentTools];

export interface ActiveToolsInput {
  readonly projectPath: string | null;
  /** Whether another chat has started this one. */
  readonly isAgent?: boolean;
}

/** The tools that a chat may call: those of its project folder when it is bound to one, else those of a workspace. */
export function activeTools({ projectPath, isAgent = false }: ActiveToolsInput): readonly Tool[] {
  if (isAgent) return projectPath === null ? workspaceTools : projectTools;
  return projectPath === null ? workspaceRootTools : projectRootTools;
}

/** The tool of that name, active or not. */
export function findTool(name: string): Tool | undefined {
  return workspaceRootTools.find((tool) => tool.name === name);
}
