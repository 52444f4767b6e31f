// The tool calls of one step.
import { CancellationScope, condition, proxyActivities, sleep, workflowInfo } from "@temporalio/workflow";
import type { Activities, TurnRef } from "../../activities/contract.ts";
import type { OpenCall } from "../../core/chat/decide-next-step.ts";
import { toolCallsPerStepMax } from "../../core/chat/limits.ts";
import { toolOptions } from "../activity-options.ts";
import { type ChatTurnInput, queueOfTool, sideQueue } from "../contract.ts";
import type { Heard } from "./heard.ts";
import { describeCall } from "./turn-details.ts";

export interface RunToolsInput {
  readonly input: ChatTurnInput;
  readonly turn: TurnRef;
  readonly heard: Heard;
}

/** All calls of the step side by side. One that fails leaves no result; settling gives it an error result. */
export async function runTools(calls: readonly OpenCall[], run: RunToolsInput): Promise<void> {
  const ended = Promise.allSettled(
    calls.slice(0, toolCallsPerStepMax).map((call) => {
      const taskQueue = sideQueue(workflowInfo().taskQueue, queueOfTool(call.tool_name));
      const { tool_call_id, tool_name } = call;
      const options = toolOptions(run.input, describeCall(call));
      const activities = proxyActivities<Activities>({ ...options, taskQueue });
      return activities.runTool({ ...run.turn, tool_call_id, tool_name });
    }),
  );
  const { tools_stop_max_ms } = run.input;
  await (tools_stop_max_ms === undefined ? ended : orStopped(ended, run.heard, tools_stop_max_ms));
}

/**
 * Waits for the calls; after a stop only for a limited time. A call that no worker has taken learns of no stop and may wait for
 * a slot without end. What is left of the calls ends with the run.
 */
async function orStopped(ended: Promise<unknown>, heard: Heard, stopMaxMs: number): Promise<void> {
  const limit = new CancellationScope();
  const stopped = limit.run(async () => {
    await condition(() => heard.stop);
    await sleep(stopMaxMs, { summary: "tool calls end" });
  });
  // Cancelled below, when the calls have ended.
  await Promise.race([ended, stopped.catch(() => undefined)]);
  limit.cancel();
}
