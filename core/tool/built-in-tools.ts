// The names of the built-in tools, for those who may not know the tools themselves: no client's tool may have one of them.

export const BUILT_IN_TOOLS = [
  "list_templates",
  "read_template",
  "create_workspace",
  "start_workspace",
  "stop_workspace",
  "read_file",
  "write_file",
  "edit_files",
  "list_dir",
  "view_file",
  "attach_file",
  "save_file",
  "grep",
  "find_files",
  "execute",
  "process_output",
  "process_list",
  "process_signal",
  "read_skill",
  "read_skill_file",
  "update_todos",
  "spawn_agent",
  "wait_agent",
  "message_agent",
  "interrupt_agent",
  "list_agents",
] as const;

/** Those that only some deployments or chats have. */
const OPTIONAL_TOOLS = ["advisor", "fetch_url", "propose_plan"] as const;

const names: ReadonlySet<string> = new Set([...BUILT_IN_TOOLS, ...OPTIONAL_TOOLS]);

/** Whether a chat may call it, where it names its tools. */
export function isNamedTool(
  chat: { readonly builtin_tools: readonly string[] | null },
  name: string,
): boolean {
  return chat.builtin_tools === null || chat.builtin_tools.includes(name);
}

export function isBuiltInTool(name: string): boolean {
  return names.has(name);
}
