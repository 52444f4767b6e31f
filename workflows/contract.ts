// Workflows are deterministic. This file: names and payload types shared by API, workflows and worker; JSON objects only,
// ids and versions, never content: what is said here ends up in Temporal's history.

/** The one workflow type of turns; its id is `chat-<chat id>`, so turns of a chat are serial without a lock. */
export const CHAT_TURN = "chatTurn";

export function chatWorkflowId(chatId: string): string {
  return `chat-${chatId}`;
}

/** The signals a turn hears. All mean "look again": the database is the truth, so a lost or late one is harmless. */
export const CHAT_SIGNALS = [
  "interrupted",
  "messageQueued",
  "messageEdited",
  "toolResultsSubmitted",
  "approvalGiven",
  "compactionRequested",
  "childSettled",
] as const;
export type ChatSignal = (typeof CHAT_SIGNALS)[number];

export interface ChatSignalInput {
  readonly turn_id: number;
  /** Snapshot version of the change: an outcome that has seen it need not look again. */
  readonly version: number;
}

export interface ChatTurnInput {
  readonly chat_id: string;
  readonly owner_id: string;
  readonly turn_id: number;
  /** Empty unless titles may be shown in Temporal's Web UI. */
  readonly title: string;
  readonly model: string;
  /** How long an activity may be silent before Temporal takes its worker for dead. */
  readonly heartbeat_timeout_ms: number;
}

/** The one workflow type of workspaces; its id is `workspace-<id>`, so each has one hand that works on it. */
export const WORKSPACE = "workspace";

export function workspaceWorkflowId(workspaceId: string): string {
  return `workspace-${workspaceId}`;
}

/** Another wish is in the database: look again. */
export const WISH_CHANGED = "wishChanged";

export interface WishChangedInput {
  /** Of the workspace's row: a step that has seen it need not look again. */
  readonly version: number;
}

export interface WorkspaceInput {
  readonly workspace_id: string;
  readonly owner_id: string;
  /** Empty unless names may be shown in Temporal's Web UI. */
  readonly name: string;
  /** How long an activity may be silent before Temporal takes its worker for dead. */
  readonly heartbeat_timeout_ms: number;
}

/** The one workflow type that writes titles and turn summaries; its id is `describe-<chat id>`: one at a time for each chat. */
export const DESCRIBE_CHAT = "describeChat";

export function describeWorkflowId(chatId: string): string {
  return `describe-${chatId}`;
}

/** Something is to be written of the chat. */
export const DESCRIBE = "describe";

export interface DescribeSignalInput {
  readonly turn_id: number;
  /** Of the title that another is to replace; null: none is wanted. */
  readonly title_version: number | null;
  /** Whether the turn is to be summed up. */
  readonly summary: boolean;
}

export interface DescribeChatInput {
  readonly chat_id: string;
  readonly owner_id: string;
  /** Empty unless titles may be shown in Temporal's Web UI. */
  readonly title: string;
  /** What the run before this one had not come to. */
  readonly left?: DescriptionsLeft;
}

export interface DescriptionsLeft {
  /** Of the newest title that was asked to be replaced. */
  readonly title_version: number | null;
  /** The newest turn that is to be summed up. */
  readonly summary_turn_id: number | null;
}

export const SEARCH_ATTRIBUTES = {
  owner: "EverturnOwner",
  model: "EverturnModel",
  turn: "EverturnTurn",
  workspace: "EverturnWorkspace",
  parent: "EverturnParent",
} as const;
