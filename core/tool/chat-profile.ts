// Profiles: names for what a chat begins with (SPEC C10). Pure.
import { type ApprovalPolicy, isToolMatch } from "./approval-policy.ts";

/** Null, each: the profile says nothing about it. */
export interface ProfileFields {
  readonly system_prompt: string | null;
  readonly model_config_id: string | null;
  readonly reasoning_effort: string | null;
  /** Names, or patterns with `*`, of the tools that its chats may call. */
  readonly tools: readonly string[] | null;
  readonly mcp_server_ids: readonly string[] | null;
  /** Names of the skills that its chats may have. */
  readonly skills: readonly string[] | null;
  readonly approval_policy: ApprovalPolicy;
  /** What `create_workspace` builds unless the model names another. */
  readonly template: string | null;
}

/** What a chat keeps of a profile: one version, as it was when the chat took it. */
export interface ChatProfile extends ProfileFields {
  readonly id: string;
  readonly name: string;
  readonly version: number;
}

/** Whether an allow list names the tool, itself or by a pattern. */
export function isAllowed(allowed: readonly string[] | null, toolName: string): boolean {
  return allowed === null || allowed.some((pattern) => isToolMatch(pattern, toolName));
}

/** The MCP servers of a chat: its own, else its profile's. */
export function mcpServersOf(chat: {
  readonly mcp_server_ids: readonly string[] | null;
  readonly profile: Pick<ChatProfile, "mcp_server_ids"> | null;
}): readonly string[] {
  return chat.mcp_server_ids ?? chat.profile?.mcp_server_ids ?? [];
}
