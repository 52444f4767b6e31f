// The messages that a compaction commits, one for the model and two for people (SPEC K3).
import { CHAT_SUMMARIZED, type CompactionSource, summaryResult } from "../../core/chat/compaction.ts";
import { summaryText } from "../../core/prompt/summary-prompt.ts";
import type { NewMessage } from "../../store/row/messages.ts";
import type { BegunCompaction } from "../../store/turn/begin-compaction.ts";
import type { Compaction } from "../../store/turn/commit-compaction.ts";
import type { Answer } from "../attempt/answer.ts";
import { summaryOf } from "./write-summary.ts";

export interface WrittenSummary {
  readonly begun: BegunCompaction;
  readonly episode: string;
  readonly tool_call_id: string;
  readonly source: CompactionSource;
  readonly answer: Answer;
}

export function compactionOf(written: WrittenSummary): Compaction {
  const { begun, source, answer } = written;
  const whole = answer.message({ finish_reason: "stop", interrupted: false });
  const { kept } = begun.plan;
  return {
    summary: {
      ...whole,
      role: "user",
      visibility: "model",
      usage_kind: "compaction",
      content: [{ type: "text", text: summaryText(summaryOf(answer), kept.length > 0) }],
      closes: [],
    },
    keeps: kept.map((message) => message.id),
    shown: shownMessages(written, whole),
    endsTurn: source === "manual",
  };
}

/** People see a call and its result, as of a tool: clients need no new kind of part for it. */
function shownMessages(
  { begun, episode, tool_call_id, source, answer }: WrittenSummary,
  whole: NewMessage,
): readonly [NewMessage, NewMessage] {
  const {
    model_config_id = null,
    provider = null,
    model = null,
    started_at = null,
    finished_at = null,
  } = whole;
  const created_at = finished_at ?? new Date().toISOString();
  const of = { tool_call_id, tool_name: CHAT_SUMMARIZED, created_at };
  const call: NewMessage = {
    role: "assistant",
    visibility: "user",
    content: [{ ...of, type: "tool-call", args: {} }],
    finish_reason: "tool_calls",
    model_config_id,
    provider,
    model,
    started_at,
    finished_at,
    closes: [episode],
  };
  const result = summaryResult(summaryOf(answer), source, begun.usage);
  return [
    call,
    { role: "tool", visibility: "user", content: [{ ...of, type: "tool-result", result, is_error: false }] },
  ];
}
