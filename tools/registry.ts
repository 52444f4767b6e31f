// Tools: the list. A tool exists when it stands here, and a chat may call it when it is active there.
import { findFiles } from "./find-files.ts";
import { grep } from "./grep.ts";
import { listDir } from "./list-dir.ts";
import type { Tool } from "./tool.ts";
import { viewFile } from "./view-file.ts";

/** Read-only tools of a chat bound to a project folder (SPEC W8). */
const projectTools: readonly Tool[] = [viewFile, listDir, grep, findFiles];

/** Every tool of the product. */
const allTools: readonly Tool[] = projectTools;

/** The tools that a chat may call. */
export function activeTools(chat: { readonly projectPath: string | null }): readonly Tool[] {
  return chat.projectPath === null ? [] : projectTools;
}

/** The tool of that name, active or not. */
export function findTool(name: string): Tool | undefined {
  return allTools.find((tool) => tool.name === name);
}
