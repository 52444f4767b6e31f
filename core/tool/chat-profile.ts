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
  /** Of a subagent with a profile of its own. */
  readonly within?: ProfileBounds;
}

/** What a chat may not do, its subagents may not, either, whatever their profile says. */
export interface ProfileBounds {
  readonly builtin_tools: readonly string[] | null;
  readonly tools: readonly string[] | null;
  readonly approval_policy: ApprovalPolicy;
}

/** A chat, as far as its profile changes what it has. */
export interface ProfiledChat {
  readonly system_prompt: string | null;
  readonly builtin_tools: readonly string[] | null;
  readonly mcp_server_ids: readonly string[] | null;
  readonly approval_policy: ApprovalPolicy;
  readonly profile: ChatProfile | null;
}

/**
 * What a subagent has of a profile that is not its parent's: the profile's prompt, and of tools, MCP servers and skills those that
 * both allow. Policies of the parent decide first.
 */
export function agentOfProfile(parent: ProfiledChat, profile: ChatProfile): ProfiledChat {
  const { builtin_tools, approval_policy, profile: own } = parent;
  const servers = mcpServersOf(parent);
  const within = { builtin_tools, tools: own?.tools ?? null, approval_policy: own?.approval_policy ?? {} };
  return {
    system_prompt: profile.system_prompt === null ? promptOf(parent) : null,
    builtin_tools: null,
    mcp_server_ids: servers.filter((id) => profile.mcp_server_ids?.includes(id) ?? true),
    approval_policy,
    profile: {
      ...profile,
      skills: bothOf(profile.skills, own?.skills ?? null),
      template: profile.template ?? own?.template ?? null,
      within,
    },
  };
}

function bothOf(one: readonly string[] | null, other: readonly string[] | null): readonly string[] | null {
  if (one === null || other === null) return one ?? other;
  return one.filter((name) => other.includes(name));
}

/** The system prompt of a chat: its own, else its profile's. */
export function promptOf(chat: Pick<ProfiledChat, "system_prompt" | "profile">): string | null {
  return chat.system_prompt ?? chat.profile?.system_prompt ?? null;
}

/** What decides about a chat's calls before its user's policy does, the nearest first. */
export function policiesOf(
  chat: Pick<ProfiledChat, "approval_policy" | "profile">,
): readonly ApprovalPolicy[] {
  const { approval_policy, profile } = chat;
  if (profile === null) return [approval_policy];
  const within = profile.within === undefined ? [] : [profile.within.approval_policy];
  return [approval_policy, ...within, profile.approval_policy];
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
