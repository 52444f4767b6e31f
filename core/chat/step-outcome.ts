// Core is pure: what an activity of a turn tells the workflow. Ids, counts and outcomes only: it is kept in history.
import type { NextStep } from "./decide-next-step.ts";
import type { ErrorKind } from "./error-kind.ts";
import type { ChatStatus, FinishReason } from "./message.ts";

/** How a turn came to its end. */
export interface TurnEnd {
  readonly type: "done" | "interrupted" | "error";
  readonly why: FinishReason | ErrorKind;
  readonly status_code?: number | null;
  /** Of the error, for people; only where content may be shown in Temporal. */
  readonly words?: string;
}

/**
 * `snapshot_version` is the newest change the outcome has seen: signals up to it need no second look. `end`: this commit has
 * ended the turn. `tokens`: what the answer it kept has used.
 */
export type StepOutcome = {
  readonly snapshot_version: number;
  readonly end?: TurnEnd;
  readonly tokens?: number;
} & (
  | { readonly type: "next"; readonly step: NextStep }
  /** The call failed and is to be tried again after this wait, unless something else comes first. */
  | {
      readonly type: "retry";
      readonly delay_ms: number;
      readonly attempt: number;
      readonly kind: ErrorKind;
      readonly status_code: number | null;
      readonly replay_full_history?: boolean;
      /** The provider refused to go on with a begun answer. */
      readonly without_prefill?: boolean;
    }
  /** The chat is being interrupted; `finishInterruption` commits what is left to commit. */
  | { readonly type: "interrupting" }
  /** This write came too late: read again. */
  | { readonly type: "superseded" }
  /** Another turn is the chat's current one: go on as its run. */
  | { readonly type: "moved"; readonly turn_id: number; readonly model: string; readonly title: string }
  /** The turn is over and no other waits. */
  | { readonly type: "ended"; readonly status: ChatStatus | "deleted" }
);

/** Under which names an activity's commit is remembered, so that its retry returns the same. */
export interface OutcomeKey {
  readonly chat_id: string;
  readonly turn_id: number;
  readonly run_id: string;
  readonly activity_id: string;
}
