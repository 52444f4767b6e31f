// The policy of a turn: decides what happens next, from committed history alone.
import { type CompactionSource, thresholdOff } from "./compaction.ts";
import type { FinishReason } from "./message.ts";
import type { Brake } from "./turn-brake.ts";

export interface OpenCall {
  readonly tool_call_id: string;
  readonly tool_name: string;
  /** The call in a few words. Present only where Temporal may show content. */
  readonly summary?: string;
}

/** A call that somebody is asked about. */
export interface WaitingCall extends OpenCall {
  /** `client`: the client runs it. `approval`: a person decides. Later kinds of questions wait in the same way. */
  readonly kind: string;
}

export type NextStep =
  | { readonly type: "call-model"; readonly replay_full_history?: boolean }
  | { readonly type: "run-tools"; readonly calls: readonly OpenCall[] }
  | {
      readonly type: "await-client";
      readonly tool_call_ids: readonly string[];
      /** Until the nearest deadline. */
      readonly deadline_ms: number | null;
      /** Calls that run while the others wait. */
      readonly calls?: readonly OpenCall[];
      readonly waiting?: readonly WaitingCall[];
      /** When the first of them was asked about, ISO 8601. */
      readonly since?: string;
    }
  | { readonly type: "persist-context" }
  | { readonly type: "compact"; readonly source: CompactionSource }
  /** The history was compacted a moment ago and is still over the limit: another call would be refused again. */
  | { readonly type: "overflow" }
  /** `note`: Everturn ends the turn and tells people why. */
  | { readonly type: "finish"; readonly reason: FinishReason; readonly note?: string };

/** What `decideNextStep` looks at. All of it is committed. */
export interface TurnView {
  /** Tool calls of the last assistant message that have no result yet and that Everturn runs. */
  readonly open_local_calls: readonly OpenCall[];
  /** The same for calls that the client answers or that wait for an approval; null: there are none. */
  readonly client_wait: Extract<NextStep, { type: "await-client" }> | null;
  /** Calls whose results are there and not in the history yet. */
  readonly unsettled_calls: number;
  /** Asked for by a person, or by a provider that refused a prompt as too long. */
  readonly compaction_requested: "manual" | "overflow" | null;
  /** A tool that ends the turn succeeded in the last batch. */
  readonly stopped_by_tool: boolean;
  /** The finish reason of the last assistant message, if nothing after it wants an answer. */
  readonly answered: FinishReason | null;
  /** The agent goes in circles (SPEC L14, L15). */
  readonly brake: Brake | null;
  /** Assistant messages in this turn so far. */
  readonly steps: number;
  readonly context_persisted: boolean;
  /** Tokens of the last call as a percentage of the context limit; null while unknown. */
  readonly context_usage_percent: number | null;
  /** That call was the first after a compaction. Another compaction would only summarise the summary. */
  readonly just_compacted: boolean;
}

export interface TurnLimits {
  readonly steps_max: number;
  /** `thresholdOff` turns automatic compaction off. */
  readonly compaction_threshold_percent: number;
}

/** Decides what the turn does next (SPEC L3). The same view gives the same answer in workflow, activity and API. */
export function decideNextStep(view: TurnView, limits: TurnLimits): NextStep {
  // Open calls come first: a model that gets a call without its result refuses the whole request. A wait outranks our own
  // calls, which run beside it: a person may take days, and must be asked at once.
  if (view.client_wait !== null) return view.client_wait;
  if (view.open_local_calls.length + view.unsettled_calls > 0)
    return { type: "run-tools", calls: view.open_local_calls };
  // Somebody asked for it, and it needs no answer from the model. So it comes before anything that could end the turn.
  if (view.compaction_requested === "manual") return { type: "compact", source: "manual" };
  // If a tool ends the turn, the turn ends, even if the model wants to continue.
  if (view.stopped_by_tool) return { type: "finish", reason: "tool_calls" };
  if (view.answered !== null) return { type: "finish", reason: view.answered };
  // If an answer or a tool has already ended the turn, the agent no longer goes in circles.
  if (view.brake !== null) return { type: "finish", ...view.brake };
  // Only a turn that wants another call can exceed the limit. A complete turn has just finished above.
  if (view.steps >= limits.steps_max) return { type: "finish", reason: "max_steps" };
  // Context comes before compaction, because it counts towards the threshold.
  if (!view.context_persisted) return { type: "persist-context" };
  // The provider refused the call that would come next, so the threshold does not matter.
  if (view.compaction_requested === "overflow") return { type: "compact", source: "overflow" };
  return byThreshold(view, limits) ?? { type: "call-model" };
}

/** No loop (SPEC K5): right after a compaction, another one would gain nothing. */
function byThreshold(view: TurnView, limits: TurnLimits): NextStep | null {
  const { context_usage_percent: percent, just_compacted } = view;
  const { compaction_threshold_percent: threshold } = limits;
  if (percent === null || threshold >= thresholdOff || percent < threshold) return null;
  if (!just_compacted) return { type: "compact", source: "automatic" };
  return percent > 100 ? { type: "overflow" } : null;
}
