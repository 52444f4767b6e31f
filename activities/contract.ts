// What workflows call, and with what: readonly JSON objects in and out, with ids and outcomes only, never content.
import type { CompactionSource } from "../core/chat/compaction.ts";
import type { StepOutcome } from "../core/chat/step-outcome.ts";
import type { WorkspaceStatus } from "../core/workspace/workspace.ts";
import type { WorkspaceStep } from "../core/workspace/workspace-step.ts";

export interface TurnRef {
  readonly chat_id: string;
  readonly turn_id: number;
}

export interface CallModelInput extends TurnRef {
  /** The provider forgot its response chain: send the whole history. */
  readonly replay_full_history?: boolean;
  /** The provider does not go on with begun answers: should this worker die, the next one begins anew. */
  readonly without_prefill?: boolean;
}

export interface CompactHistoryInput extends TurnRef {
  readonly source: CompactionSource;
}

export interface RunToolInput extends TurnRef {
  readonly tool_call_id: string;
  readonly tool_name: string;
}

/** How a tool call went, for people who look into Temporal; its result is in the database. */
export interface RunToolOutput {
  readonly tool_name: string;
  readonly is_error: boolean;
  readonly duration_ms: number;
  /** Set: there is no result yet. The workflow waits for it until this chat rests, at most for so long. */
  readonly waits?: { readonly chat_id: string; readonly left_ms: number };
  /** Set: there is no result yet. People are asked, and the call runs again with their answers. */
  readonly asks?: true;
}

/** A turn, with the time at which its workflow decided to have a step of it settled. */
export interface SettleRef extends TurnRef {
  /** By Temporal's clock, milliseconds since the epoch: what was scheduled earlier comes too late. */
  readonly scheduled_ms: number;
}

export interface SettleWaitInput extends SettleRef {
  /** Calls that ran beside the wait and have ended since the last look. */
  readonly ended: readonly string[];
}

export interface FindBegunCallsInput extends TurnRef {
  readonly tool_call_ids: readonly string[];
}

export interface LookAtAgentsInput extends TurnRef {
  /** Calls that wait for subagents. */
  readonly tool_call_ids: readonly string[];
}

/** Those that wait on. */
export interface LookAtAgentsOutput {
  readonly waiting: readonly { readonly tool_call_id: string; readonly left_ms: number }[];
}

export interface RecordCrashInput extends SettleRef {
  /** The bug's own words; shown as the error's detail. */
  readonly message: string;
}

export interface Activities {
  /** Decides from committed history; when the model is to speak, streams its answer and commits it. */
  callModel(input: CallModelInput): Promise<StepOutcome>;
  /** Has a model summarise the history and commits the summary as the boundary that prompts begin at. */
  compactHistory(input: CompactHistoryInput): Promise<StepOutcome>;
  /** Reads the chat's instructions and skills and commits them as a hidden message. */
  persistContext(input: TurnRef): Promise<StepOutcome>;
  /** Runs one claimed tool call and keeps its result. */
  runTool(input: RunToolInput): Promise<RunToolOutput>;
}

/** Database-only transitions; run as local activities. */
export interface LocalActivities {
  /** Commits the results of a step's tools as one message. */
  settleTools(input: SettleRef): Promise<StepOutcome>;
  /** Looks how a wait stands: deadlines pass, results come, approved calls may run. */
  settleWait(input: SettleWaitInput): Promise<StepOutcome>;
  /** Which of the calls a stopped turn must still wait for: a worker has begun them. */
  findBegunCalls(input: FindBegunCallsInput): Promise<readonly string[]>;
  /** Ends the waits for subagents that are over, each with its result. */
  lookAtAgents(input: LookAtAgentsInput): Promise<LookAtAgentsOutput>;
  /** Ends an interruption when no activity is left that would. */
  finishInterruption(input: SettleRef): Promise<StepOutcome>;
  /** Turns a cancel from Temporal's Web UI into an interrupt of the turn. */
  requestInterrupt(input: TurnRef): Promise<void>;
  /** Asks for another run of the chat's turn: this one ends, because another build of the worker is current. */
  handOver(input: TurnRef): Promise<void>;
  /** Ends the turn in `error` after a bug. */
  recordCrash(input: RecordCrashInput): Promise<StepOutcome>;
}

export interface WriteTitleInput {
  readonly chat_id: string;
  /** Of the title that is to be replaced: another one stays as it is. */
  readonly title_version: number;
}

/**
 * What came of a description. `stale`: another is there already, or the chat or turn is gone; `nothing`: there are no words
 * to describe; `unusable`: what the model said is none; `no_model`, `over_limit`: nobody was asked.
 */
export interface DescribeOutcome {
  readonly type: "written" | "stale" | "nothing" | "unusable" | "no_model" | "over_limit";
}

/** Calls of a model beside the turn. They may fail, and then leave everything as it is. */
export interface DescribeActivities {
  /** Puts a model's title in place of the present one. */
  writeTitle(input: WriteTitleInput): Promise<DescribeOutcome>;
  /** Sums up a turn that has ended. */
  writeTurnSummary(input: TurnRef): Promise<DescribeOutcome>;
}

export interface WorkspaceRef {
  readonly workspace_id: string;
}

export interface BuildRef extends WorkspaceRef {
  readonly build_id: string;
}

/** `over`: the build has ended in this activity or elsewhere (failed, cancelled); the workflow looks what is next. */
export type BuildOutcome = { readonly type: "done" | "over" };
export type ConnectOutcome = { readonly type: "ready" | "not_ready" | "over" };

export interface StopWorkspaceInput extends WorkspaceRef {
  /** Nothing in it is worth keeping. */
  readonly removes: boolean;
}

export interface WorkspaceEndInput extends WorkspaceRef {
  /** Why it could not be ended, in words; null: it was. */
  readonly error: string | null;
}

export interface NextWorkspaceStepOutput {
  readonly step: Exclude<WorkspaceStep, { type: "expire" }>;
  /** The newest wish that the step has seen. */
  readonly version: number;
  /** Chats that work in it, for people who look into Temporal. Absent: recorded by an older version. */
  readonly chats?: readonly { readonly id: string; readonly title?: string }[];
  /** As the row has it, for the same people. Absent: recorded by an older version, or the workspace is gone. */
  readonly status?: WorkspaceStatus;
  /** Why it failed. Present only where Temporal may show content. */
  readonly error?: string;
  /** Its newest build failed, and was not cancelled. */
  readonly build_failed?: true;
}

export interface UseWorkspaceFilesInput {
  readonly call_id: string;
}

/** What requests want of the files of workspaces. */
export interface FileActivities {
  /** Looks or writes as the row of the call says, and keeps the answer there. */
  useWorkspaceFiles(input: UseWorkspaceFilesInput): Promise<void>;
}

export interface AttendTerminalInput {
  readonly terminal_id: string;
}

export interface TerminalActivities {
  /** Attends a terminal until it has ended, whoever ends it; how is in the database. */
  attendTerminal(input: AttendTerminalInput): Promise<void>;
}

/** What the workflow of a workspace changes outside the database; another worker may run each of them again. */
export interface WorkspaceActivities {
  /** Makes the place. */
  provisionWorkspace(input: BuildRef): Promise<BuildOutcome>;
  /** Looks for the agent until it answers or its time is over. */
  connectWorkspace(input: BuildRef): Promise<ConnectOutcome>;
  /** Runs the template's build commands, one after the other. */
  runBuildCommands(input: BuildRef): Promise<BuildOutcome>;
  /** Runs the template's start-up script. */
  runStartup(input: BuildRef): Promise<BuildOutcome>;
  /** Ends what runs in a workspace; removes the place when nothing in it is worth keeping. */
  stopWorkspace(input: StopWorkspaceInput): Promise<void>;
  /** Removes everything of a workspace that is being deleted. */
  destroyWorkspace(input: WorkspaceRef): Promise<void>;
}

/** Database-only steps of a workspace; run as local activities. */
export interface LocalWorkspaceActivities {
  nextWorkspaceStep(input: WorkspaceRef): Promise<NextWorkspaceStepOutput>;
  finishBuild(input: BuildRef): Promise<void>;
  finishStop(input: WorkspaceEndInput): Promise<void>;
  finishDeletion(input: WorkspaceEndInput): Promise<void>;
  /** Turns a cancel from Temporal's Web UI into the wish that the workspace stops. */
  requestWorkspaceStop(input: WorkspaceRef): Promise<void>;
  /** Ends what is under way after a bug. */
  recordWorkspaceCrash(input: WorkspaceRef & { readonly message: string }): Promise<void>;
}
