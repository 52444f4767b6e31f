// Which tools a turn has: the built-in ones, and what further sources give.
import type { AgentType } from "../core/agents/agent.ts";
import { isBuiltInTool, isNamedTool } from "../core/tool/built-in-tools.ts";
import { type ChatProfile, isAllowed, type ProfileBounds } from "../core/tool/chat-profile.ts";
import { proposePlan } from "./plan/propose-plan.ts";
import { activeTools } from "./registry.ts";
import type { Tool } from "./tool.ts";
import { createWorkspace, createWorkspaceFrom } from "./workspace/create-workspace.ts";

/** What tools may depend on. The store's row of a chat is one. */
export interface ToolsChat {
  readonly id: string;
  readonly owner_id: string;
  readonly project_path: string | null;
  /** The tools of the deployment that it may call, built in or its own; null: all. */
  readonly builtin_tools: readonly string[] | null;
  readonly profile: Pick<ChatProfile, "tools" | "template" | "within"> | null;
  /** Another chat has started it: `explore` may only look at things. */
  readonly agent_type: AgentType | null;
  readonly plan_mode?: boolean;
}

/**
 * Further tools of a chat. Called at each step of a turn, also of one that needs none of them: a source answers at once where
 * it has nothing to give. Never rejects: a source that is broken costs its tools, not the turn.
 */
export interface ToolSource<Chat extends ToolsChat = ToolsChat> {
  toolsOf(chat: Chat): Promise<readonly Tool[]>;
}

/** A tool whose name is taken is left out: built-in tools come first, then the sources in their order. */
export function createToolsOf<Chat extends ToolsChat>(sources: readonly ToolSource<Chat>[]) {
  return async (chat: Chat): Promise<readonly Tool[]> => {
    // A chat in plan mode has it even if it names its tools: without it plan mode would have no end.
    const builtIn = chat.plan_mode === true ? [...builtInTools(chat), proposePlan] : builtInTools(chat);
    const given = await Promise.all(sources.map((source) => source.toolsOf(chat)));
    const further = given.flat().filter((tool) => mayHave(chat, tool));
    const tools = further.length === 0 ? builtIn : withoutTaken([...builtIn, ...further]);
    return chat.agent_type === "explore" ? tools.filter(({ flags }) => flags.read_only === true) : tools;
  };
}

function builtInTools(chat: ToolsChat): readonly Tool[] {
  const tools = activeTools({ projectPath: chat.project_path, isAgent: chat.agent_type !== null });
  const { builtin_tools, profile } = chat;
  if (builtin_tools === null && profile === null) return tools;
  const template = profile?.template ?? null;
  return tools
    .filter((tool) => mayHave(chat, tool))
    .map((tool) => (tool === createWorkspace && template !== null ? createWorkspaceFrom(template) : tool));
}

/** Tools of the deployment that the chat names stand in place of its profile's, and what a client brings along is the chat's own. */
function mayHave(chat: ToolsChat, tool: Tool): boolean {
  if (tool.runs_in === "client") return true;
  const { builtin_tools, profile } = chat;
  const within = profile?.within;
  if (within !== undefined && !isInLists(within, tool)) return false;
  return isInLists({ builtin_tools, tools: profile?.tools ?? null }, tool);
}

function isInLists(lists: Pick<ProfileBounds, "builtin_tools" | "tools">, { name, flags }: Tool): boolean {
  const isNameable = isBuiltInTool(name) || flags.own === true;
  if (lists.builtin_tools !== null && isNameable) return isNamedTool(lists, name);
  return isAllowed(lists.tools, name);
}

function withoutTaken(tools: readonly Tool[]): readonly Tool[] {
  const byName = new Map<string, Tool>();
  for (const tool of tools) if (!byName.has(tool.name)) byName.set(tool.name, tool);
  return [...byName.values()];
}
