// One activity per file. This file: `runTool`. The call is claimed before it runs and its result is kept at once; settling
// puts it into the history.
import { ApplicationFailure, Context } from "@temporalio/activity";
import { lostWorkersPerCallMax, toolCheckpointBytesMax } from "../core/chat/limits.ts";
import { episodeName } from "../core/part/stream-part.ts";
import type { LiveBus } from "../core/stream/bus-message.ts";
import type { Failpoint } from "../platform/failpoint.ts";
import type { ChatRow } from "../store/row/chat-row.ts";
import type { Store } from "../store/store.ts";
import { fenceOf } from "../store/turn/begin-attempt.ts";
import { type BegunToolCall, beginToolCall, type ToolCallBegin } from "../store/turn/begin-tool-call.ts";
import { finishToolCall, releaseToolCall } from "../store/turn/tool-executions.ts";
import { inUnit } from "../store/unit.ts";
import type { ChatWorkspace } from "../tools/chat-workspace.ts";
import { runToolCall } from "../tools/run-tool-call.ts";
import { type Tool, type ToolContext, type ToolOutput, ToolStopped } from "../tools/tool.ts";
import { errorOutput } from "../tools/tool-error.ts";
import type { FileViews } from "../workspaces/agent/api.ts";
import { patiently } from "./attempt/patiently.ts";
import { Stopped, type Watch, watchAttempt } from "./attempt/watch-attempt.ts";
import type { RunToolInput, RunToolOutput } from "./contract.ts";
import type { OpenPartStream } from "./stream/open-part-stream.ts";

export interface RunToolDeps {
  readonly store: Store;
  readonly bus: LiveBus;
  readonly toolsOf: (chat: ChatRow) => readonly Tool[];
  /** What the tools of a chat look at and work in. */
  readonly placesOf: (chat: ChatRow, turnId: number) => ToolPlaces;
  readonly openPartStream: OpenPartStream;
  readonly shutdown: AbortSignal;
  readonly checkpointMs: number;
  readonly failpoint: Failpoint;
}

export interface ToolPlaces {
  readonly projectFiles: FileViews | null;
  readonly workspace: ChatWorkspace | null;
}

/** Returns the activity. It throws only what Temporal is to retry: a worker's end, a database out of reach. */
export function createRunTool(deps: RunToolDeps) {
  return async function runTool(input: RunToolInput): Promise<RunToolOutput> {
    const started = performance.now();
    const { currentAttemptScheduledTimestampMs: scheduledMs } = Context.current().info;
    const { result: begun } = await keptAlive(() =>
      inUnit(deps.store, (unit) => beginToolCall(unit, input, scheduledMs)),
    );
    const work = () => outcomeOf(deps, input, begun);
    const claim = { ...input, scheduled_ms: scheduledMs };
    // An attempt that came too late has claimed nothing: it must not take back what others have counted.
    const output = await (begun.type === "claimed" ? orRelease(deps, claim, work) : work());
    if (begun.type === "claimed" && begun.execution.finished_at === null && isGivenUp(begun)) {
      await abandon(deps, input, begun.chat);
    }
    const duration_ms = Math.round(performance.now() - started);
    return { tool_name: input.tool_name, is_error: output?.is_error ?? true, duration_ms };
  };
}

/** The calls of a batch begin one after the other, each with the chat's lock: those that wait must not be taken for dead. */
async function keptAlive<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const { heartbeatTimeoutMs, heartbeatDetails } = context.info;
  if (heartbeatTimeoutMs === undefined) return work();
  // What the attempt before has left there is still to be read.
  const beat = setInterval(() => context.heartbeat(heartbeatDetails), heartbeatTimeoutMs / 3);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}

/** What is thrown is tried again by a worker that lives: it must not count as one that was lost. */
async function orRelease<T>(
  { store }: RunToolDeps,
  claim: Parameters<typeof releaseToolCall>[1],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // A database out of reach takes the release along: at worst the call is given up too early, with words that say so.
    await releaseToolCall(store.pool, claim).catch(() => undefined);
    throw error;
  }
}

/** The call's output; null when another hand will answer it. */
async function outcomeOf(
  deps: RunToolDeps,
  input: RunToolInput,
  begun: ToolCallBegin,
): Promise<ToolOutput | null> {
  switch (begun.type) {
    case "deleted":
      return null;
    case "stale":
      // Of a worker that was given up and woke: nobody hears it.
      throw ApplicationFailure.create({
        message: "an attempt scheduled later has begun",
        type: "StaleAttempt",
      });
    case "over":
      await abandon(deps, input, begun.chat);
      return null;
    case "claimed":
      return begun.execution.finished_at === null ? runClaimed(deps, begun) : errorOutput("already answered");
  }
}

/** Interrupted or cut while its worker was dead: what that worker had begun still runs, and nobody will follow it. */
async function abandon(deps: RunToolDeps, input: RunToolInput, chat: ChatRow): Promise<void> {
  const tool = deps.toolsOf(chat).find(({ name }) => name === input.tool_name);
  if (tool?.abandon === undefined || Context.current().info.attempt === 1) return;
  await tool.abandon({
    ...deps.placesOf(chat, input.turn_id),
    projectRoot: chat.project_path,
    signal: deps.shutdown,
    chatId: chat.id,
    toolCallId: input.tool_call_id,
    emit: () => undefined,
  });
}

/** Keeps the result of a call, however long the database is away. */
async function finish(deps: RunToolDeps, { chat, call }: BegunToolCall, output: ToolOutput): Promise<void> {
  const { result, is_error, truncated = false } = output;
  const outcome = { chat_id: chat.id, tool_call_id: call.tool_call_id, result, is_error, truncated };
  await patiently(deps.shutdown, () => finishToolCall(deps.store.pool, outcome));
  deps.failpoint("runTool:finished");
}

async function runClaimed(deps: RunToolDeps, begun: BegunToolCall): Promise<ToolOutput | null> {
  const { chat, call, execution } = begun;
  if (begun.refused !== null) {
    const refused = { result: begun.refused, is_error: true };
    await keptAlive(() => finish(deps, begun, refused));
    return refused;
  }
  const tools = deps.toolsOf(chat);
  const tool = tools.find(({ name }) => name === call.tool_name);
  if (isGivenUp(begun)) {
    const givenUp = errorOutput(
      `The call was begun ${execution.lost_workers} times, and each time the server running it was lost: it was given up, and whether it took effect is unknown.`,
      "Do it another way, in smaller pieces, or leave it.",
    );
    await keptAlive(() => finish(deps, begun, givenUp));
    return givenUp;
  }
  if (execution.attempts > 1 && tool !== undefined && !mayRunAgain(tool)) {
    // It may have had its effect already, and nothing is left to re-attach to: it never runs twice (claim before effect).
    const lost = errorOutput("The server running this tool was lost: whether it took effect is unknown.");
    await keptAlive(() => finish(deps, begun, lost));
    return lost;
  }
  deps.failpoint("runTool:begun");
  const fence = fenceOf(chat);
  const episode = episodeName(fence.history_version, execution.attempts, call.tool_call_id);
  const opened = { chat_id: chat.id, episode, role: "tool", max_bytes: toolCheckpointBytesMax } as const;
  const parts = deps.openPartStream(opened);
  const watch = watchAttempt(deps, Context.current(), { chat_id: chat.id, fence });
  const context: ToolContext = {
    ...deps.placesOf(chat, fence.turn_id),
    projectRoot: chat.project_path,
    signal: toolSignal(watch),
    chatId: chat.id,
    toolCallId: call.tool_call_id,
    emit: (delta) =>
      parts.push(0, { type: "tool-result", tool_call_id: call.tool_call_id, result_delta: delta }),
  };
  try {
    const named = { ...call, batch_tool_names: begun.batch_tool_names };
    const output = await runToolCall(named, tools, context);
    const kept = watch.signal.aborted ? stoppedOutput(watch.signal.reason, output) : output;
    // Before the parts are closed: they beat, and a result that waits for the database must not look like a lost worker.
    if (kept !== null) await finish(deps, begun, kept);
    return kept;
  } finally {
    watch.end();
    parts.close();
  }
}

/** A call under which worker after worker dies is what kills them (SPEC X9). */
function isGivenUp({ execution }: BegunToolCall): boolean {
  return execution.lost_workers >= lostWorkersPerCallMax;
}

function mayRunAgain(tool: Tool): boolean {
  return tool.flags.read_only === true || tool.flags.reattaches === true;
}

/** The watch in the words of tools: an interrupt, edit or deletion ends what a call began; anything else leaves it running. */
function toolSignal(watch: Watch): AbortSignal {
  const controller = new AbortController();
  const stop = () => {
    const { reason } = watch.signal;
    const isOver =
      reason instanceof Stopped && (reason.reason === "interrupted" || reason.reason === "superseded");
    controller.abort(new ToolStopped(isOver ? "end" : "leave"));
  };
  watch.signal.addEventListener("abort", stop, { once: true });
  if (watch.signal.aborted) stop();
  return controller.signal;
}

/**
 * An interrupted call keeps what it had come to, as an error result; a cut one has no place to keep it. Handed on, it has no
 * result yet.
 */
function stoppedOutput(why: unknown, output: ToolOutput): ToolOutput | null {
  const stopped = why instanceof Stopped ? why.reason : "lost";
  if (stopped === "interrupted") return output;
  if (stopped === "superseded") return null;
  throw ApplicationFailure.create({
    message: "this worker shuts down; the call goes on elsewhere",
    type: "WorkerShutdown",
    nextRetryDelay: "10 ms",
  });
}
