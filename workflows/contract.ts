// Names and payload types shared by API, workflows and worker: JSON objects with ids and versions, never content, since all of
// it ends up in Temporal's history.

/** The one workflow type of turns; its id is `chat-<chat id>`, so turns of a chat are serial without a lock. */
export const CHAT_TURN = "chatTurn";

export function chatWorkflowId(chatId: string): string {
  return `chat-${chatId}`;
}

/** The chat of a turn's workflow; null: it is no turn's. */
export function chatIdOf(workflowId: string): string | null {
  return workflowId.startsWith("chat-") ? workflowId.slice("chat-".length) : null;
}

/** The signals of a turn. All mean "look again": the database is the truth, so a lost or late one is harmless. */
export const CHAT_SIGNALS = [
  "interrupted",
  "messageQueued",
  "messageEdited",
  "toolResultsSubmitted",
  "approvalGiven",
  "questionAnswered",
  "compactionRequested",
  "childSettled",
] as const;
export type ChatSignal = (typeof CHAT_SIGNALS)[number];

/**
 * Another build of the worker has become current. The run ends at its next boundary, and its chat goes on as another run. Needs
 * no payload.
 */
export const DRAINED = "drained";

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
  /** Address of the chat in the console, for people who look at the run. Absent: not known, or begun by an older version. */
  readonly chat_url?: string;
  /** Of a subagent: the chat that started it, for the same people. */
  readonly parent_chat_id?: string;
  /**
   * The namespace knows the search attribute of outcomes: a turn that ends in an error fails its run, and one that ends otherwise
   * than well says so in the list. Absent: begun by an older version, or there is no such attribute.
   */
  readonly shows_outcome?: boolean;
  /** How long an activity may be silent before Temporal takes its worker for dead. */
  readonly heartbeat_timeout_ms: number;
  /** How long a stop waits for tool calls that no worker has begun. Absent: without limit. No version sends it yet. */
  readonly tools_stop_max_ms?: number;
}

/** The one workflow type of workspaces; its id is `workspace-<id>`, so only one run works on each. */
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

/** What a workspace's run returns: how the workspace was left, for people who look into Temporal. */
export interface WorkspaceResult {
  readonly status: string;
  /** Why it failed; only where Temporal may show content. */
  readonly error?: string;
}

/** The workflow type that has a worker read or write a file of a workspace for a request; its id is `workspace-files-<call id>`. */
export const WORKSPACE_FILES = "workspaceFiles";

export function workspaceFilesWorkflowId(callId: string): string {
  return `workspace-files-${callId}`;
}

export interface WorkspaceFilesInput {
  readonly call_id: string;
  /** How long the activity may be silent before Temporal takes its worker for dead. */
  readonly heartbeat_timeout_ms: number;
}

/** The workflow type that has a worker attend a terminal; its id is `terminal-<terminal id>`. */
export const TERMINAL = "terminal";

export function terminalWorkflowId(terminalId: string): string {
  return `terminal-${terminalId}`;
}

export interface TerminalInput {
  readonly terminal_id: string;
  /** How long the activity may be silent before Temporal takes its worker for dead. */
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
  /** Of subagents' turns: the id of the chat that started them. */
  parent: "EverturnParent",
  /** Only where titles may be shown. */
  title: "EverturnTitle",
  /** Of turns that ended otherwise than well: `error` or `interrupted`. */
  outcome: "EverturnOutcome",
} as const;

/** What a turn's run returns: how the turn ended, for people who look into Temporal. */
export interface TurnResult {
  readonly status: string;
  readonly why: string;
  /** Steps that the model was asked for. */
  readonly steps: number;
  /** Of the answers that were kept. */
  readonly tokens: number;
}

/**
 * Task queues beside the workflows' own, each with slots of its own (SPEC O7): whatever waits for something else must not hold
 * the slots that the other needs. `tools`: tool calls; `waits`: tool calls that wait for a workspace; `builds`: the work on
 * workspaces; `phrases`: titles and turn summaries; `terminals`: people's
 * terminals, each for as long as it is open. Model calls stay on the workflows' queue, where Temporal hands them
 * out with the workflow task.
 */
export const SIDE_QUEUES = ["tools", "waits", "builds", "phrases", "terminals"] as const;
export type SideQueue = (typeof SIDE_QUEUES)[number];

export function sideQueue(taskQueue: string, queue: SideQueue): string {
  return `${taskQueue}-${queue}`;
}

/** Tools that wait until a workspace has been built, started or stopped. */
const WAITING_TOOLS: readonly string[] = ["create_workspace", "start_workspace", "stop_workspace"];

export function queueOfTool(toolName: string): SideQueue {
  return WAITING_TOOLS.includes(toolName) ? "waits" : "tools";
}
