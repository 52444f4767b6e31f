// Workflows are deterministic. This file: what the worker bundles.
export { chatTurn } from "./chat-turn.ts";
export { describeChat } from "./describe-chat.ts";
export { workspace } from "./workspace.ts";
