// The model call that summarises a history, streamed to readers as it is written.

import { CHAT_SUMMARIZED, type ContextUsage } from "../../core/chat/compaction.ts";
import { compactionCharsMax, compactionTriesMax } from "../../core/chat/limits.ts";
import { withoutThoughts } from "../../core/prompt/clean-phrase.ts";
import { renderTranscript, SUMMARY_SYSTEM_PROMPT, summaryRequest } from "../../core/prompt/summary-prompt.ts";
import { isBlank } from "../../core/text/blank.ts";
import { type CallConfig, ModelError, type ModelRequest } from "../../models/provider.ts";
import type { BegunCompaction } from "../../store/turn/begin-compaction.ts";
import type { Answer } from "../attempt/answer.ts";
import { callConfig } from "../attempt/call-config.ts";
import { streamModel } from "../attempt/run-model-attempt.ts";
import type { Writing } from "../attempt/run-turn-attempt.ts";
import type { CallModelDeps } from "../call-model.ts";

export interface SummaryWriting extends Writing {
  readonly begun: BegunCompaction;
  /** Of the call that shows the compaction to people. */
  readonly tool_call_id: string;
}

type WriteDeps = Pick<CallModelDeps, "providerOf" | "newToolCallId">;

/** Streams a summary, of less and less of the history while it does not fit. Throws `ModelError`, or the signal's reason. */
export async function writeSummary(deps: WriteDeps, writing: SummaryWriting): Promise<void> {
  const { begun, parts, tool_call_id } = writing;
  writing.signal.throwIfAborted();
  parts.push(0, { type: "tool-call", tool_call_id, tool_name: CHAT_SUMMARIZED, args: {} });
  let charsMax = charsFor(begun.usage);
  for (let tries = 1; ; tries++) {
    const transcript = renderTranscript(begun.plan.summarised, charsMax);
    try {
      await streamSummary(deps, writing, transcript);
      return assertWhole(writing.answer, begun.model.model);
    } catch (error) {
      const isTooLong = error instanceof ModelError && error.fault.kind === "context_overflow";
      if (!isTooLong || tries >= compactionTriesMax) throw error;
      charsMax = Math.floor(transcript.length / 2);
    }
  }
}

/** Characters to a token are some four in English and fewer elsewhere; a third of the room is the summary's and the model's own. */
const charsPerToken = 3;
const transcriptShare = 2 / 3;

function charsFor({ context_limit_tokens }: ContextUsage): number {
  if (context_limit_tokens === null) return compactionCharsMax;
  return Math.min(Math.floor(context_limit_tokens * charsPerToken * transcriptShare), compactionCharsMax);
}

async function streamSummary(deps: WriteDeps, writing: SummaryWriting, transcript: string): Promise<void> {
  const { begun, tool_call_id, answer, parts, signal } = writing;
  const request: ModelRequest = {
    model: begun.model.model,
    system: SUMMARY_SYSTEM_PROMPT,
    messages: [
      { role: "user", content: [{ type: "text", text: summaryRequest(transcript) }], provider: null },
    ],
    tools: [],
    config: summaryConfig(begun),
  };
  writing.recording.asked(request, begun.plan.summarised.at(-1)?.id ?? null);
  await streamModel({
    provider: deps.providerOf(begun.model),
    request,
    options: { signal, newToolCallId: deps.newToolCallId },
    take(event) {
      const shown = answer.take(event);
      if (shown?.delta.type === "text") {
        parts.push(1, { type: "tool-result", tool_call_id, result_delta: shown.delta.text });
      }
      return answer.full;
    },
  });
}

/** The model's settings without what would cut a summary off, give it tools, or hang it on the chat's own answers. */
function summaryConfig({ model, chat }: BegunCompaction): CallConfig {
  const isOwn = model.id === chat.turn_model_config_id;
  const settings = callConfig(model, isOwn ? chat.turn_reasoning_effort : null);
  const { stop: _stop, response_chain: _chain, provider_options, ...config } = settings;
  const { tools: _tools, include: _include, ...options } = provider_options ?? {};
  return { ...config, provider_options: options };
}

/** A summary that is empty or cut would lose what it was to keep (SPEC K1). */
function assertWhole(answer: Answer, model: string): void {
  const cut = answer.full || answer.finish_reason === "length";
  if (!cut && !isBlank(summaryOf(answer))) return;
  const what = cut ? "was cut off before its end" : "was empty";
  throw new ModelError({
    kind: cut ? "generic" : "no_output",
    retryable: false,
    status_code: null,
    message: `The conversation was not compacted: the summary that ${model} wrote ${what}. Try again with another model, or clear the context.`,
    detail: null,
    retry_after_ms: null,
  });
}

/** The text of a summary; what the model thought on the way is not part of it. */
export function summaryOf(answer: Answer): string {
  const { content } = answer.message({ finish_reason: "stop", interrupted: false });
  const text = content.map((part) => (part.type === "text" ? part.text : "")).join("");
  return withoutThoughts(text).trim();
}
