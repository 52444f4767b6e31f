// `compactHistory` has a model summarise what the prompt holds, shows the summary while it is written, and commits it as the
// boundary that later prompts begin at (SPEC K).
import type { CompactionSource } from "../core/chat/compaction.ts";
import type { StepOutcome } from "../core/chat/step-outcome.ts";
import { type BegunCompaction, beginCompaction } from "../store/turn/begin-compaction.ts";
import type { WrittenAnswer } from "./attempt/end-attempt.ts";
import { runTurnAttempt, type Writing } from "./attempt/run-turn-attempt.ts";
import type { CallModelDeps } from "./call-model.ts";
import { compactionOf } from "./compaction/compaction-messages.ts";
import { writeSummary } from "./compaction/write-summary.ts";
import type { CompactHistoryInput } from "./contract.ts";

export interface CompactHistoryDeps
  extends Omit<
    CallModelDeps,
    "toolsOf" | "files" | "schemas" | "systemPromptOf" | "onUsage" | "onUnsupported"
  > {
  /** Id, name or model of the config that summarises; null: the chat's own. */
  readonly compactionModel: string | null;
}

/** Returns the activity. A summary that a dead worker had begun is begun anew: half of one is of no use. */
export function createCompactHistory(deps: CompactHistoryDeps) {
  return async function compactHistory(input: CompactHistoryInput): Promise<StepOutcome> {
    const tool_call_id = deps.newToolCallId();
    const outcome = await runTurnAttempt<BegunCompaction>(deps, input, {
      kind: "compaction",
      keepsLost: false,
      begin: (unit, key, scheduledMs) =>
        beginCompaction(unit, key, { scheduledMs, model: deps.compactionModel }),
      write: (begun, writing) => writeSummary(deps, { ...writing, begun, tool_call_id }),
      written: (begun, writing) => writtenSummary({ begun, writing, tool_call_id, source: input.source }),
    });
    deps.failpoint("compactHistory:committed");
    return outcome;
  };
}

interface SummaryInput {
  readonly begun: BegunCompaction;
  readonly writing: Writing;
  readonly tool_call_id: string;
  readonly source: CompactionSource;
}

function writtenSummary({ writing: { episode, answer }, ...input }: SummaryInput): WrittenAnswer {
  return {
    // Of a summary that is not finished nothing is kept but the bill.
    cut: (finish_reason) => ({
      ...answer.message({ finish_reason, interrupted: true }),
      content: [],
      usage_kind: "compaction",
    }),
    finished: () => ({ type: "compacted", compaction: compactionOf({ ...input, episode, answer }) }),
    mayBeEmpty: false,
  };
}
