// What the system prompt says about the chat's project folder (SPEC W8). Pure.

/** The paragraph for a chat bound to the read-only folder `projectPath`. */
export function projectPrompt(projectPath: string): string {
  return [
    // Quoted as JSON, so that a folder's name cannot be taken for an instruction.
    `This chat is bound to a project folder, read-only, at ${JSON.stringify(projectPath)}.`,
    "You see it through four tools: list_dir, find_files, grep and view_file. Their paths are relative to that folder.",
    "When a question is about the project, look there before you answer; do not guess what a file holds.",
    "Cite what you rely on as `path:line`, with the line numbers that view_file and grep give.",
    "A result with `truncated: true` is incomplete: narrow the query (a subfolder, a glob, a longer pattern, a range of lines) rather than answer from a part.",
    "Where the chat is told of skills, read_skill and read_skill_file read them.",
    "For work of several steps, keep a list with update_todos, which the user sees.",
    "You cannot change files or run commands here; say so when asked to.",
  ].join("\n");
}
