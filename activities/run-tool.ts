// `runTool` runs one tool call: it claims the call before it runs and keeps its result at once. Settling puts the result into
// the history.
import { Context } from "@temporalio/activity";
import { lostWorkersPerCallMax, toolCheckpointBytesMax } from "../core/chat/limits.ts";
import type { JsonObject, ToolCallPart } from "../core/part/part.ts";
import { episodeName } from "../core/part/stream-part.ts";
import type { LiveBus } from "../core/stream/bus-message.ts";
import { answersOf } from "../core/tool/question.ts";
import type { Failpoint } from "../platform/failpoint.ts";
import type { ChatRow } from "../store/row/chat-row.ts";
import type { Store } from "../store/store.ts";
import {
  type BegunToolCall,
  beginToolCall,
  type ToolCallBegin,
} from "../store/turn/calls/begin-tool-call.ts";
import { finishToolCall, releaseToolCall, type ToolExecution } from "../store/turn/calls/tool-executions.ts";
import { fenceOf } from "../store/turn/standing.ts";
import { inUnit } from "../store/unit.ts";
import type { ContextFiles } from "../tools/context/context-files.ts";
import { runToolCall } from "../tools/run-tool-call.ts";
import { type Tool, type ToolContext, type ToolOutput } from "../tools/tool.ts";
import { errorOutput } from "../tools/tool-error.ts";
import type { ChatWorkspace } from "../tools/workspace/chat-workspace.ts";
import type { FileViews } from "../workspaces/agent/api.ts";
import { staleAttempt } from "./attempt/activity-attempt.ts";
import { type AskPeople, createAskPeople } from "./attempt/ask-people.ts";
import { heartbeatWhile } from "./attempt/heartbeat-while.ts";
import { patiently } from "./attempt/patiently.ts";
import { stoppedOutput, toolSignal } from "./attempt/stop-tool.ts";
import { watchAttempt } from "./attempt/watch-attempt.ts";
import type { RunToolInput, RunToolOutput } from "./contract.ts";
import type { OpenPartStream } from "./stream/open-part-stream.ts";

export interface RunToolDeps {
  readonly store: Store;
  readonly bus: LiveBus;
  readonly toolsOf: (chat: ChatRow) => Promise<readonly Tool[]>;
  /** What the tools of a chat look at and work in. */
  readonly placesOf: (chat: ChatRow, turnId: number) => ToolPlaces;
  /** A tool has done what it was called for, and its result is kept. */
  readonly onDone?: (chat: ChatRow, call: ToolCallPart, result: JsonObject) => Promise<void>;
  /** The subagents of a chat, for one call; absent where it can have none. */
  readonly agentsOf: (chat: ChatRow, toolCallId: string) => Pick<ToolContext, "agents">;
  readonly openPartStream: OpenPartStream;
  readonly shutdown: AbortSignal;
  readonly checkpointMs: number;
  readonly failpoint: Failpoint;
}

export interface ToolPlaces {
  readonly projectFiles: FileViews | null;
  readonly workspace: ChatWorkspace | null;
  readonly keepFile: ToolContext["keepFile"];
  readonly loadFile: ToolContext["loadFile"];
  readonly deploymentSkills?: ContextFiles | null;
  readonly skills?: readonly string[] | null;
}

/** Returns the activity. It throws only what Temporal is to retry: a worker's end, a database out of reach. */
export function createRunTool(deps: RunToolDeps) {
  return async function runTool(input: RunToolInput): Promise<RunToolOutput> {
    const started = performance.now();
    const { currentAttemptScheduledTimestampMs: scheduledMs } = Context.current().info;
    // The calls of a batch begin one after the other, each with the chat's lock.
    const begun = await heartbeatWhile(
      async () => (await inUnit(deps.store, (unit) => beginToolCall(unit, input, scheduledMs))).result,
    );
    const output = await outcomeOf(deps, { ...input, scheduled_ms: scheduledMs }, begun);
    const duration_ms = Math.round(performance.now() - started);
    const done = { tool_name: input.tool_name, is_error: output?.is_error ?? true, duration_ms };
    if (output?.asks !== undefined) return { ...done, is_error: false, asks: true };
    return output?.waits === undefined ? done : { ...done, waits: output.waits };
  };
}

interface ToolAttempt extends RunToolInput {
  readonly scheduled_ms: number;
}

/** The call's output; null when it is answered elsewhere, or not at all. */
async function outcomeOf(
  deps: RunToolDeps,
  attempt: ToolAttempt,
  begun: ToolCallBegin,
): Promise<ToolOutput | null> {
  switch (begun.type) {
    case "deleted":
      return null;
    case "stale":
      throw staleAttempt();
    case "asked":
      return ASKED;
    case "over":
      await heartbeatWhile(() => abandon(deps, attempt, begun.chat));
      return null;
    case "claimed":
      if (begun.execution.finished_at !== null) return errorOutput("already answered");
      return orRelease(deps, attempt, () => runClaimed(deps, attempt, begun));
  }
}

/** An earlier attempt has asked, and died before it could say so. */
const ASKED: ToolOutput = {
  result: {},
  is_error: false,
  asks: { asked_by: { mcp_server_id: "", name: "" }, questions: [], resume: null },
};

/**
 * What is thrown is tried again by a worker that lives: it must not count as one that was lost. Only an attempt that has claimed
 * the call may release it.
 */
async function orRelease<T>(
  { store }: RunToolDeps,
  attempt: ToolAttempt,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // A database out of reach takes the release along: at worst the call is given up too early, with words that say so.
    await releaseToolCall(store.pool, attempt).catch(() => undefined);
    throw error;
  }
}

/** Ends what earlier attempts at a call have begun and left running, when nobody will follow it any more. */
async function abandon(deps: RunToolDeps, attempt: ToolAttempt, chat: ChatRow): Promise<void> {
  if (Context.current().info.attempt === 1) return;
  const tool = (await deps.toolsOf(chat)).find(({ name }) => name === attempt.tool_name);
  if (tool?.abandon === undefined) return;
  await tool.abandon({
    ...deps.placesOf(chat, attempt.turn_id),
    projectRoot: chat.project_path,
    signal: deps.shutdown,
    chatId: chat.id,
    toolCallId: attempt.tool_call_id,
    emit: () => undefined,
  });
}

/** Keeps the result of a call, however long the database is away. The caller keeps its heartbeat going. */
async function finish(deps: RunToolDeps, { chat, call }: BegunToolCall, output: ToolOutput): Promise<void> {
  const { result, is_error, truncated = false, files } = output;
  const outcome = { chat_id: chat.id, tool_call_id: call.tool_call_id, result, is_error, truncated, files };
  await patiently(deps.shutdown, () => finishToolCall(deps.store.pool, outcome));
  deps.failpoint("runTool:finished");
}

async function runClaimed(
  deps: RunToolDeps,
  attempt: ToolAttempt,
  begun: BegunToolCall,
): Promise<ToolOutput | null> {
  const tools = await heartbeatWhile(async () => runnable(begun, await deps.toolsOf(begun.chat)));
  const unrun = outputUnrun(
    begun,
    tools.find(({ name }) => name === begun.call.tool_name),
  );
  if (unrun === null) return runHere(deps, tools, begun);
  await heartbeatWhile(async () => {
    await finish(deps, begun, unrun);
    if (isGivenUp(begun)) await abandon(deps, attempt, begun.chat);
  });
  return unrun;
}

/** Not the tool of a call that the model was not offered: it may be there only since, and nobody was asked about it. */
function runnable({ call, execution }: BegunToolCall, tools: readonly Tool[]): readonly Tool[] {
  if (execution.decision !== "unoffered") return tools;
  return tools.filter(({ name }) => name !== call.tool_name);
}

/** The result of a call that is not to be run; null when it is. */
function outputUnrun(begun: BegunToolCall, tool: Tool | undefined): ToolOutput | null {
  const { refused, execution } = begun;
  if (refused !== null) return { result: refused, is_error: true };
  // No worker was ever lost with it: it only gets words.
  if (execution.decision === "unoffered") return null;
  if (isGivenUp(begun)) {
    return errorOutput(
      `The call was begun ${execution.lost_workers} times, and each time the server running it was lost: it was given up, and whether it took effect is unknown.`,
      "Do it another way, in smaller pieces, or leave it.",
    );
  }
  if (isAgain(begun) && (tool === undefined || !mayRunAgain(tool))) {
    // It may have had its effect already, and nothing is left to re-attach to: it never runs twice (claim before effect). A tool that is
    // not there any more, as its MCP server cannot be reached, may have been there then.
    return errorOutput("The server running this tool was lost: whether it took effect is unknown.");
  }
  return null;
}

/** A call under which worker after worker dies is what kills them (SPEC X9). */
function isGivenUp({ execution }: BegunToolCall): boolean {
  return execution.lost_workers >= lostWorkersPerCallMax;
}

/** An earlier attempt has begun it. */
function isAgain({ execution }: BegunToolCall): boolean {
  return execution.attempts - execution.attempts_before > 1;
}

function mayRunAgain(tool: Tool): boolean {
  const { read_only, idempotent, reattaches } = tool.flags;
  return read_only === true || idempotent === true || reattaches === true;
}

/** What a call has come to. What it asks is in the database before anybody is told. */
async function withQuestionsKept(people: AskPeople, output: ToolOutput): Promise<ToolOutput> {
  await people.close();
  if (output.asks === undefined || (await people.keep(output.asks))) return output;
  return errorOutput("The call was interrupted before its question was asked.");
}

/** What people have answered to what an earlier run of the call asked. */
function resumedCall({ questions }: ToolExecution): Pick<ToolContext, "resumed"> {
  if (questions === null || questions.round.length === 0) return {};
  return { resumed: { resume: questions.resume, answers: answersOf(questions) } };
}

async function runHere(
  deps: RunToolDeps,
  tools: readonly Tool[],
  begun: BegunToolCall,
): Promise<ToolOutput | null> {
  deps.failpoint("runTool:begun");
  const { chat, call, execution } = begun;
  const { tool_call_id } = call;
  const fence = fenceOf(chat);
  const episode = episodeName(fence.history_version, execution.attempts, tool_call_id);
  const opened = { chat_id: chat.id, episode, role: "tool", max_bytes: toolCheckpointBytesMax } as const;
  const parts = deps.openPartStream(opened);
  const watch = watchAttempt(deps, Context.current(), { chat_id: chat.id, fence });
  const signal = toolSignal(watch.signal);
  const ref = { chat_id: chat.id, turn_id: fence.turn_id, tool_call_id };
  const { scheduled_ms, attempts } = execution;
  const people = createAskPeople(deps, { ref, scheduled_ms, attempts, signal });
  const context: ToolContext = {
    ...deps.placesOf(chat, fence.turn_id),
    ...deps.agentsOf(chat, tool_call_id),
    isPlanning: chat.plan_mode,
    projectRoot: chat.project_path,
    signal,
    isAgain: isAgain(begun),
    ask: (question) => people.ask(question),
    ...resumedCall(execution),
    chatId: chat.id,
    toolCallId: tool_call_id,
    emit: (delta) => parts.push(0, { type: "tool-result", tool_call_id, result_delta: delta }),
  };
  try {
    const named = { ...call, batch_tool_names: begun.batch_tool_names };
    const ran = await runToolCall(named, tools, context);
    deps.failpoint("runTool:ran");
    const output = await withQuestionsKept(people, ran);
    if (output.asks !== undefined) deps.failpoint("runTool:asked");
    // Its row says what it waits for; the workflow does.
    if (output.waits !== undefined || output.asks !== undefined) return output;
    const kept = watch.signal.aborted ? stoppedOutput(watch.signal.reason, output) : output;
    // Before the parts are closed: they beat, and a result that waits for the database must not look like a lost worker.
    if (kept !== null) await finish(deps, begun, kept);
    if (kept?.is_error === false) await deps.onDone?.(chat, call, kept.result);
    return kept;
  } finally {
    watch.end();
    parts.close();
  }
}
