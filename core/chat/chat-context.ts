// When a chat's instructions and skills are read (SPEC C1). What was read is a hidden message of the history; what is kept
// here says for what it was read.

/** Kept in the chat's row. */
export interface ChatContext {
  /** What the newest message was read for, see `contextPlace`; null: there is none, or it was deleted. */
  readonly place: string | null;
  /** How often a refresh was asked for, and which of these the newest message answers. */
  readonly wanted: number;
  readonly read: number;
  /** The newest try. What cannot be reached is tried once in a turn. */
  readonly tried: ContextTry | null;
  /** Something that was read has changed since. */
  readonly dirty: boolean;
  /** Names, sizes and times of what was read, as a digest; null: nobody could tell. */
  readonly stamp: string | null;
}

interface ContextTry {
  readonly turn_id: number;
  readonly place: string;
  readonly wanted: number;
}

export const NEVER_READ: ChatContext = {
  place: null,
  wanted: 0,
  read: 0,
  tried: null,
  dirty: false,
  stamp: null,
};

/** A chat without workspace and project folder: it has what its owner and the deployment give it. */
export const NO_PLACE = "none";

interface Placed {
  readonly workspace_id: string | null;
  readonly project_path: string | null;
}

/** Names what a chat's instructions are read for: one name for each binding. */
export function contextPlace({ workspace_id, project_path }: Placed): string {
  if (project_path !== null) return `project:${project_path}`;
  return workspace_id === null ? NO_PLACE : `workspace:${workspace_id}`;
}

interface ContextChat extends Placed {
  readonly parent_chat_id: string | null;
  readonly agent_type: string | null;
  readonly current_turn_id: number | null;
  readonly context: ChatContext | null;
}

/** Whether the place is to be read before the next model call, whatever chats without a place have. */
export function isPlaceUnread(chat: ContextChat): boolean {
  const { context, current_turn_id } = chat;
  // A subagent that only looks at things is told by its parent what it needs (SPEC C1).
  if (chat.parent_chat_id !== null && chat.agent_type !== "general") return false;
  const place = contextPlace(chat);
  if (context === null) return true;
  const { tried, wanted } = context;
  if (context.place === place && context.read >= wanted) return false;
  return tried?.turn_id !== current_turn_id || tried.place !== place || tried.wanted !== wanted;
}
