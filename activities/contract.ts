// One activity per file. This file: what workflows call and with what; readonly JSON objects in and out, ids and outcomes
// only, never content.
import type { StepOutcome } from "../core/step-outcome.ts";

export interface TurnRef {
  readonly chat_id: string;
  readonly turn_id: number;
}

export interface CallModelInput extends TurnRef {
  /** The provider forgot its response chain: send the whole history. */
  readonly replay_full_history?: boolean;
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
}

export interface RecordCrashInput extends TurnRef {
  /** The bug's own words; shown as the error's detail. */
  readonly message: string;
}

export interface Activities {
  /** Decides from committed history; when the model is to speak, streams its answer and commits it. */
  callModel(input: CallModelInput): Promise<StepOutcome>;
  /** Runs one claimed tool call and keeps its result. */
  runTool(input: RunToolInput): Promise<RunToolOutput>;
}

/** Database-only transitions; run as local activities, at most two seconds each. */
export interface LocalActivities {
  /** Commits the results of a step's tools as one message. */
  settleTools(input: TurnRef): Promise<StepOutcome>;
  /** Ends an interruption when no activity is left that would. */
  finishInterruption(input: TurnRef): Promise<StepOutcome>;
  /** Turns a cancel from Temporal's Web UI into an interrupt of the turn. */
  requestInterrupt(input: TurnRef): Promise<void>;
  /** Ends the turn in `error` after a bug. */
  recordCrash(input: RecordCrashInput): Promise<StepOutcome>;
}
