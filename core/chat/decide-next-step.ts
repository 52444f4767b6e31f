// Core is pure: the policy of a turn. What happens next follows from committed history alone.
import { type CompactionSource, thresholdOff } from "./compaction.ts";
import type { FinishReason } from "./message.ts";
import type { Brake } from "./turn-brake.ts";

export interface OpenCall {
  readonly tool_call_id: string;
  readonly tool_name: string;
  /** The call in a few words; only where content may be shown in Temporal. */
  readonly summary?: string;
}

export type NextStep =
  | { readonly type: "call-model"; readonly replay_full_history?: boolean }
  | { readonly type: "run-tools"; readonly calls: readonly OpenCall[] }
  | {
      readonly type: "await-client";
      readonly tool_call_ids: readonly string[];
      readonly deadline_ms: number | null;
    }
  | { readonly type: "persist-context" }
  | { readonly type: "compact"; readonly source: CompactionSource }
  /** Compacted a moment ago, and still over the limit: another call would only say so again. */
  | { readonly type: "overflow" }
  /** `note`: we end the turn, and tell people why. */
  | { readonly type: "finish"; readonly reason: FinishReason; readonly note?: string };

/** What `decideNextStep` looks at; all of it committed. */
export interface TurnView {
  /** Tool calls of the last assistant message without a result, run by us. */
  readonly open_local_calls: readonly OpenCall[];
  /** The same, answered by the client or waiting for an approval. */
  readonly open_client_calls: readonly OpenCall[];
  readonly client_deadline_ms: number | null;
  /** By a person, or by the provider's refusal of a prompt that was too long. */
  readonly compaction_requested: "manual" | "overflow" | null;
  /** A tool that ends the turn has succeeded in the last batch. */
  readonly stopped_by_tool: boolean;
  /** The finish reason of the last assistant message, when nothing follows it that wants an answer. */
  readonly answered: FinishReason | null;
  /** The agent goes in circles (SPEC L14, L15). */
  readonly brake: Brake | null;
  /** Assistant messages of this turn so far. */
  readonly steps: number;
  readonly context_persisted: boolean;
  /** Tokens of the last call in percent of the context limit; null while unknown. */
  readonly context_usage_percent: number | null;
  /** That call was the first since a compaction: another one would summarise the summary. */
  readonly just_compacted: boolean;
}

export interface TurnLimits {
  readonly steps_max: number;
  /** `thresholdOff` switches automatic compaction off. */
  readonly compaction_threshold_percent: number;
}

/** What the turn does next (SPEC L3). Same view, same answer, in workflow, activity and API. */
export function decideNextStep(view: TurnView, limits: TurnLimits): NextStep {
  // Open calls come first: a model given a call without its result refuses the whole request. Ours before the
  // client's, since a client that answers at once must find the batch otherwise complete.
  if (view.open_local_calls.length > 0) return { type: "run-tools", calls: view.open_local_calls };
  if (view.open_client_calls.length > 0) {
    const ids = view.open_client_calls.map((call) => call.tool_call_id);
    return { type: "await-client", tool_call_ids: ids, deadline_ms: view.client_deadline_ms };
  }
  // Somebody asked for it, and it needs no answer from the model: before anything that could end the turn.
  if (view.compaction_requested === "manual") return { type: "compact", source: "manual" };
  // A tool that ends the turn outranks the model's wish to go on.
  if (view.stopped_by_tool) return { type: "finish", reason: "tool_calls" };
  if (view.answered !== null) return { type: "finish", reason: view.answered };
  // A tool that ends the turn, or an answer, has ended the circle by itself.
  if (view.brake !== null) return { type: "finish", ...view.brake };
  // Only a turn that wants another call can be over the limit; a complete one has just finished above.
  if (view.steps >= limits.steps_max) return { type: "finish", reason: "max_steps" };
  // Context before compaction: what it adds counts towards the threshold.
  if (!view.context_persisted) return { type: "persist-context" };
  // The provider has refused the call that would come next, so this is no matter of the threshold.
  if (view.compaction_requested === "overflow") return { type: "compact", source: "overflow" };
  return byThreshold(view, limits) ?? { type: "call-model" };
}

/** No loop (SPEC K5): directly after a compaction there is nothing to gain by another one. */
function byThreshold(view: TurnView, limits: TurnLimits): NextStep | null {
  const { context_usage_percent: percent, just_compacted } = view;
  const { compaction_threshold_percent: threshold } = limits;
  if (percent === null || threshold >= thresholdOff || percent < threshold) return null;
  if (!just_compacted) return { type: "compact", source: "automatic" };
  return percent > 100 ? { type: "overflow" } : null;
}
