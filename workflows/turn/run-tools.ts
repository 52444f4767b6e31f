// The tool calls of one step.
import {
  CancellationScope,
  condition,
  proxyActivities,
  proxyLocalActivities,
  sleep,
  workflowInfo,
} from "@temporalio/workflow";
import type { Activities, LocalActivities, TurnRef } from "../../activities/contract.ts";
import type { OpenCall } from "../../core/chat/decide-next-step.ts";
import { toolCallsPerStepMax } from "../../core/chat/limits.ts";
import { toolOptions, transitionOptions } from "../activity-options.ts";
import { type ChatTurnInput, queueOfTool, sideQueue } from "../contract.ts";
import type { AgentWaits, WaitEnd } from "./agent-waits.ts";
import type { Heard } from "./heard.ts";
import { describeCall } from "./turn-details.ts";

export interface RunToolsInput {
  readonly input: ChatTurnInput;
  readonly turn: TurnRef;
  readonly heard: Heard;
  readonly waits: AgentWaits;
}

const local = proxyLocalActivities<LocalActivities>(transitionOptions);

/** `asked`: the call asks people something, and runs again with their answers. */
export type CallEnd = WaitEnd | "asked";

/**
 * All calls of the step side by side. `left`: some of them wait, and another build of the worker is to wait on. `asked`: the turn waits
 * for people now, while the other calls may still run.
 */
export async function runTools(
  calls: readonly OpenCall[],
  run: RunToolsInput,
): Promise<WaitEnd | { readonly asked: readonly BegunCall[] }> {
  const running = calls.slice(0, toolCallsPerStepMax).map((call) => ({ call, end: beginTool(call, run) }));
  const asked = Promise.withResolvers<readonly CallEnd[]>();
  for (const { end } of running) void end.then((how) => (how === "asked" ? asked.resolve([how]) : undefined));
  const ends = await Promise.race([endOf(running, run), asked.promise]);
  if (ends.includes("asked")) return { asked: running };
  return ends.includes("left") ? "left" : "over";
}

export interface RunningCall {
  readonly call: OpenCall;
  /** Never rejects: a call that fails leaves no result, and settling gives it an error result. */
  readonly end: Promise<unknown>;
}

export interface BegunCall extends RunningCall {
  readonly end: Promise<CallEnd>;
}

/** Waits for calls that run, and returns what they give; after a stop it waits only for those that a worker has begun. */
export async function endOf<End>(
  running: readonly { readonly call: OpenCall; readonly end: Promise<End> }[],
  run: RunToolsInput,
): Promise<readonly End[]> {
  const ends = running.map(({ end }) => end);
  const ended = Promise.all(ends);
  const { tools_stop_max_ms } = run.input;
  if (tools_stop_max_ms === undefined) return ended;
  if (!(await isStoppedBefore(ended, run.heard, tools_stop_max_ms))) return ended;
  // The others learn of no stop and may wait for a slot without end; they end with the run.
  const tool_call_ids = running.map(({ call }) => call.tool_call_id);
  const begun = new Set(await local.findBegunCalls({ ...run.turn, tool_call_ids }));
  // The run must outlive them: if a worker has died, only another attempt ends what the call had begun.
  return Promise.all(ends.filter((_end, at) => begun.has(tool_call_ids[at] ?? "")));
}

export function beginTool(call: OpenCall, run: RunToolsInput): Promise<CallEnd> {
  return runTool(call, run).catch(() => "over" as const);
}

async function runTool(call: OpenCall, { input, turn, heard, waits }: RunToolsInput): Promise<CallEnd> {
  const seen = heard.count;
  const taskQueue = sideQueue(workflowInfo().taskQueue, queueOfTool(call.tool_name));
  const { tool_call_id, tool_name } = call;
  const activities = proxyActivities<Activities>({ ...toolOptions(input, describeCall(call)), taskQueue });
  const { waits: wait, asks } = await activities.runTool({ ...turn, tool_call_id, tool_name });
  if (asks === true) return "asked";
  if (wait === undefined) return "over";
  const { chat_id: awaits_chat_id, left_ms } = wait;
  return waits.until({ tool_call_id, awaits_chat_id, left_ms, seen });
}

/** Waits for the calls; after a stop only for a limited time. True: the time was over first. */
async function isStoppedBefore(ended: Promise<unknown>, heard: Heard, stopMaxMs: number): Promise<boolean> {
  const limit = new CancellationScope();
  const stopped = limit.run(async () => {
    await condition(() => heard.stop);
    await sleep(stopMaxMs, { summary: "tool calls end" });
  });
  const isStopped = await Promise.race([
    ended.then(() => false),
    // Cancelled below, when the calls have ended.
    stopped.then(
      () => true,
      () => false,
    ),
  ]);
  limit.cancel();
  return isStopped;
}
