// What an activity of a turn returns to the workflow: only ids, counts and outcomes, because history keeps it.
import type { NextStep } from "./decide-next-step.ts";
import type { ErrorKind } from "./error-kind.ts";
import type { ChatStatus, FinishReason } from "./message.ts";

/** How a turn ended. */
export interface TurnEnd {
  readonly type: "done" | "interrupted" | "error";
  readonly why: FinishReason | ErrorKind;
  readonly status_code?: number | null;
  /** The error's message, for people. Present only where Temporal may show content. */
  readonly words?: string;
}

/**
 * `snapshot_version` is the newest change that the outcome has seen: signals up to it need no second look. `end`: this
 * commit ended the turn. `tokens`: what the committed answer used.
 */
export type StepOutcome = {
  readonly snapshot_version: number;
  readonly end?: TurnEnd;
  readonly tokens?: number;
} & (
  | { readonly type: "next"; readonly step: NextStep }
  /** The call failed. Try again after this wait, unless something else comes first. */
  | {
      readonly type: "retry";
      readonly delay_ms: number;
      readonly attempt: number;
      readonly kind: ErrorKind;
      readonly status_code: number | null;
      readonly replay_full_history?: boolean;
      /** The provider refused to continue a started answer. */
      readonly without_prefill?: boolean;
    }
  /** The chat is being interrupted; `finishInterruption` commits what is left. */
  | { readonly type: "interrupting" }
  /** This write came too late. Read again. */
  | { readonly type: "superseded" }
  /** The chat has another current turn. Continue as its run. */
  | { readonly type: "moved"; readonly turn_id: number; readonly model: string; readonly title: string }
  /** The turn is over, and no other one waits. */
  | { readonly type: "ended"; readonly status: ChatStatus | "deleted" }
);

/** Name under which an activity's commit is stored, so that its retry returns the same outcome. */
export interface OutcomeKey {
  readonly chat_id: string;
  readonly turn_id: number;
  readonly run_id: string;
  readonly activity_id: string;
}
