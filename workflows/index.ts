// The workflows that the worker bundles.
export { chatTurn } from "./chat-turn.ts";
export { describeChat } from "./describe-chat.ts";
export { terminal } from "./terminal.ts";
export { workspace } from "./workspace.ts";
export { workspaceFiles } from "./workspace-files.ts";
