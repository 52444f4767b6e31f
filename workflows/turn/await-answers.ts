// A turn that waits for people or for its client: nothing runs, nothing beats, and the nearest deadline is the only timer.
// Calls that need nobody run beside the wait.
import { condition, proxyLocalActivities } from "@temporalio/workflow";
import type { LocalActivities } from "../../activities/contract.ts";
import type { NextStep } from "../../core/chat/decide-next-step.ts";
import type { StepOutcome } from "../../core/chat/step-outcome.ts";
import { transitionOptions } from "../activity-options.ts";
import { beginTool, endOf, type RunningCall, type RunToolsInput } from "./run-tools.ts";
import { describeWait, inSummary, showProgress, type TurnProgress } from "./turn-details.ts";

const local = proxyLocalActivities<LocalActivities>(transitionOptions);

type AwaitStep = Extract<NextStep, { type: "await-client" }>;

export interface AwaitInput extends RunToolsInput {
  readonly progress: TurnProgress;
}

/** The database's clock decides about deadlines: a timer that is early by a little must not turn round and round. */
const lookAgainMinMs = 200;

/**
 * Returns what follows the wait. Also returns, with the step itself, when another build of the worker is to wait on: then
 * nothing of the wait runs here.
 */
export async function awaitAnswers(step: AwaitStep, seen: number, run: AwaitInput): Promise<StepOutcome> {
  const begun = new Map<string, RunningCall>();
  const ended: string[] = [];
  let outcome: StepOutcome = { type: "next", step, snapshot_version: seen };
  for (;;) {
    if (outcome.type !== "next" || outcome.step.type !== "await-client") break;
    beginCalls(outcome.step, { begun, ended, run });
    showProgress(run.progress, describeWait(outcome.step));
    const isIdle = ended.length === 0 && begun.size === 0;
    if (run.heard.drained && !run.heard.stop && isIdle) return outcome;
    await wakeUp(outcome.step, { seen: outcome.snapshot_version, begun, ended, run });
    if (run.heard.drained && !run.heard.stop && ended.length === 0 && begun.size === 0) return outcome;
    for (const id of ended) begun.delete(id);
    // A stop closes the calls in the database (SPEC I3), and the step that follows goes on from there.
    run.heard.stop = false;
    run.heard.version = 0;
    const scheduled_ms = Date.now();
    outcome = await local.settleWait({ ...run.turn, scheduled_ms, ended: ended.splice(0) });
  }
  // Whatever still runs was interrupted, or cut from the history: it ends what it began.
  await endOf([...begun.values()], run);
  return outcome;
}

interface Waiting {
  readonly begun: Map<string, RunningCall>;
  readonly ended: string[];
  readonly run: AwaitInput;
}

function beginCalls({ calls = [] }: AwaitStep, { begun, ended, run }: Waiting): void {
  // Other calls still run here when another build takes over: those that are new are its own.
  if (run.heard.drained && !run.heard.stop) return;
  for (const call of calls) {
    if (begun.has(call.tool_call_id)) continue;
    const end = beginTool(call, run).then((how) => {
      if (how === "over") return ended.push(call.tool_call_id);
      // Another build is to wait on: no result is missing.
      return begun.delete(call.tool_call_id);
    });
    begun.set(call.tool_call_id, { call, end });
  }
}

async function wakeUp(
  step: AwaitStep,
  { seen, begun, ended, run: { heard } }: Waiting & { readonly seen: number },
): Promise<void> {
  const isTold = () =>
    heard.version > seen || heard.stop || ended.length > 0 || (heard.drained && begun.size === 0);
  if (step.deadline_ms === null) return condition(isTold);
  const summary = inSummary("until the client's time is over");
  await condition(isTold, Math.max(step.deadline_ms, lookAgainMinMs), { summary });
}
