// What the system prompt says about workspaces. The text is the same in every chat, so that providers can cache it. Pure.

/** The paragraph for a chat that may have a workspace. */
export function workspacePrompt(): string {
  return [
    "You can work in a workspace: an isolated machine of this chat with files, a shell and its own processes.",
    "It is there once create_workspace has made it (list_templates shows what it can be made from); it stays between turns, and create_workspace gives the same one again.",
    "Make one only when the task needs files or commands. Paths are relative to its root.",
    "Read a file before you edit it, and check what you did: run the tests or the program.",
    "A command that takes long goes on in the background; use process_output with wait_ms rather than run it again.",
    "A result with `truncated: true` is incomplete: narrow the query or read on by offset.",
  ].join("\n");
}
