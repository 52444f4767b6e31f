// One activity per file. This file: `runTool`. The call is claimed before it runs and its result is kept at once; settling
// puts it into the history.
import { ApplicationFailure, Context } from "@temporalio/activity";
import type { LiveBus } from "../core/bus-message.ts";
import { toolCheckpointBytesMax } from "../core/limits.ts";
import { episodeName } from "../core/stream-part.ts";
import type { Failpoint } from "../platform/failpoint.ts";
import { fenceOf } from "../store/begin-attempt.ts";
import { type BegunToolCall, beginToolCall } from "../store/begin-tool-call.ts";
import type { ChatRow } from "../store/chat-row.ts";
import type { Store } from "../store/store.ts";
import { finishToolCall } from "../store/tool-executions.ts";
import { inUnit } from "../store/unit.ts";
import { runToolCall } from "../tools/run-tool-call.ts";
import type { Tool, ToolOutput } from "../tools/tool.ts";
import { errorOutput } from "../tools/tool-error.ts";
import type { RunToolInput, RunToolOutput } from "./contract.ts";
import type { OpenPartStream } from "./open-part-stream.ts";
import { patiently } from "./patiently.ts";
import { Stopped, watchAttempt } from "./watch-attempt.ts";

export interface RunToolDeps {
  readonly store: Store;
  readonly bus: LiveBus;
  readonly toolsOf: (chat: ChatRow) => readonly Tool[];
  readonly openPartStream: OpenPartStream;
  readonly shutdown: AbortSignal;
  readonly checkpointMs: number;
  readonly failpoint: Failpoint;
}

/** Returns the activity. It throws only what Temporal is to retry: a worker's end, a database out of reach. */
export function createRunTool(deps: RunToolDeps) {
  return async function runTool(input: RunToolInput): Promise<RunToolOutput> {
    const started = performance.now();
    const { result: begun } = await inUnit(deps.store, (unit) => beginToolCall(unit, input));
    const output = begun === null ? null : await outcomeOf(deps, begun);
    if (output !== null && begun?.execution.finished_at === null) {
      const { result, is_error, truncated = false } = output;
      const { chat_id, tool_call_id } = input;
      const outcome = { chat_id, tool_call_id, result, is_error, truncated };
      await patiently(deps.shutdown, () => finishToolCall(deps.store.pool, outcome));
      deps.failpoint("runTool:finished");
    }
    const duration_ms = Math.round(performance.now() - started);
    return { tool_name: input.tool_name, is_error: output?.is_error ?? true, duration_ms };
  };
}

/** The call's output; null when it was stopped and another hand will answer it. */
async function outcomeOf(deps: RunToolDeps, begun: BegunToolCall): Promise<ToolOutput | null> {
  const { chat, call, execution } = begun;
  if (execution.finished_at !== null) return errorOutput("already answered");
  const tools = deps.toolsOf(chat);
  const tool = tools.find(({ name }) => name === call.tool_name);
  if (execution.attempts > 1 && tool !== undefined && tool.flags.read_only !== true) {
    // It may have had its effect already, and nothing is left to re-attach to: it never runs twice (claim before effect).
    return errorOutput("The server running this tool was lost: whether it took effect is unknown.");
  }
  const fence = fenceOf(chat);
  const episode = episodeName(fence.history_version, execution.attempts, call.tool_call_id);
  const parts = deps.openPartStream({
    chat_id: chat.id,
    episode,
    role: "tool",
    max_bytes: toolCheckpointBytesMax,
  });
  const watch = watchAttempt(deps, Context.current(), { chat_id: chat.id, fence });
  try {
    const output = await runToolCall({ ...call, batch_tool_names: begun.batch_tool_names }, tools, {
      projectRoot: chat.project_path,
      signal: watch.signal,
      chatId: chat.id,
      toolCallId: call.tool_call_id,
      emit: (delta) =>
        parts.push(0, { type: "tool-result", tool_call_id: call.tool_call_id, result_delta: delta }),
    });
    return watch.signal.aborted ? stoppedOutput(watch.signal.reason) : output;
  } finally {
    watch.end();
    parts.close();
  }
}

/** A stopped call has no result of its own: an interruption or the next attempt gives it one. */
function stoppedOutput(reason: unknown): null {
  const stopped = reason instanceof Stopped ? reason.reason : "lost";
  if (stopped === "interrupted" || stopped === "superseded") return null;
  throw ApplicationFailure.create({
    message: "this worker shuts down; the call goes on elsewhere",
    type: "WorkerShutdown",
    nextRetryDelay: "10 ms",
  });
}
