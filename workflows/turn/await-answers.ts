// A turn that waits for people or for its client: nothing runs, nothing beats, and the nearest deadline is the only timer.
// Calls that need nobody run beside the wait.
import { condition, patched, proxyLocalActivities } from "@temporalio/workflow";
import type { LocalActivities } from "../../activities/contract.ts";
import type { NextStep } from "../../core/chat/decide-next-step.ts";
import type { StepOutcome } from "../../core/chat/step-outcome.ts";
import { transitionOptions } from "../activity-options.ts";
import { UNKNOWN_VERSION } from "./read-signal.ts";
import { type BegunCall, beginTool, endOf, type RunningCall, type RunToolsInput } from "./run-tools.ts";
import { describeWait, showProgress, summaryOfWait, type TurnProgress } from "./turn-details.ts";

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
  return waitOn({ type: "next", step, snapshot_version: seen }, aWait(run));
}

/** The same, where calls that run already have begun the wait: one of them asks people something (SPEC C4). */
export async function awaitBeside(calls: readonly BegunCall[], run: AwaitInput): Promise<StepOutcome> {
  const waiting = aWait(run);
  for (const call of calls) follow(call, waiting);
  // What has ended by now is noted first.
  await Promise.resolve();
  return waitOn(await lookAgain(waiting), waiting);
}

async function waitOn(first: StepOutcome, waiting: Waiting): Promise<StepOutcome> {
  const { begun, ended, run } = waiting;
  const { heard } = run;
  let outcome = first;
  for (;;) {
    if (outcome.type !== "next" || outcome.step.type !== "await-client") break;
    beginCalls(outcome.step, waiting);
    showProgress(run.progress, describeWait(outcome.step));
    const isIdle = ended.length === 0 && begun.size === 0;
    if (heard.drained && !heard.stop && isIdle) return outcome;
    await wakeUp(outcome.step, outcome.snapshot_version, waiting);
    if (heard.drained && !heard.stop && ended.length === 0 && begun.size === 0) return outcome;
    outcome = await lookAgain(waiting);
  }
  // Whatever still runs was interrupted, or cut from the history: it ends what it began.
  await endOf([...begun.values()], run);
  return outcome;
}

async function lookAgain(waiting: Waiting): Promise<StepOutcome> {
  const { begun, ended, run } = waiting;
  for (const id of ended) begun.delete(id);
  const told = run.heard.version;
  // A stop closes the calls in the database (SPEC I3), and the step that follows goes on from there.
  run.heard.stop = false;
  run.heard.version = 0;
  waiting.hasAsked = false;
  const look = () => local.settleWait({ ...run.turn, scheduled_ms: Date.now(), ended: ended.splice(0) });
  const outcome = await look();
  return isOlderThan(outcome, told) && patched("look-twice") ? look() : outcome;
}

/**
 * A worker that died after the commit of a look leaves what it saw then: a signal that came since was heard before that look is
 * made again.
 */
function isOlderThan(outcome: StepOutcome, told: number): boolean {
  const waits = outcome.type === "next" && outcome.step.type === "await-client";
  return waits && told !== UNKNOWN_VERSION && outcome.snapshot_version < told;
}

interface Waiting {
  readonly begun: Map<string, RunningCall>;
  readonly ended: string[];
  /** A call that ran beside the wait asks people something. */
  hasAsked: boolean;
  readonly run: AwaitInput;
}

function aWait(run: AwaitInput): Waiting {
  return { begun: new Map(), ended: [], hasAsked: false, run };
}

function beginCalls({ calls = [] }: AwaitStep, waiting: Waiting): void {
  const { begun, run } = waiting;
  // Other calls still run here when another build takes over: those that are new are its own.
  if (run.heard.drained && !run.heard.stop) return;
  for (const call of calls) {
    if (!begun.has(call.tool_call_id)) follow({ call, end: beginTool(call, run) }, waiting);
  }
}

function follow({ call, end }: BegunCall, waiting: Waiting): void {
  const { begun, ended } = waiting;
  const followed = end.then((how) => {
    if (how === "over") return ended.push(call.tool_call_id);
    if (how === "asked") waiting.hasAsked = true;
    // Another build is to wait on, or the call runs again with the answers: no result is missing.
    return begun.delete(call.tool_call_id);
  });
  begun.set(call.tool_call_id, { call, end: followed });
}

async function wakeUp(step: AwaitStep, seen: number, waiting: Waiting): Promise<void> {
  const { begun, ended, run } = waiting;
  const { heard } = run;
  const isTold = () =>
    heard.version > seen ||
    heard.stop ||
    ended.length > 0 ||
    waiting.hasAsked ||
    (heard.drained && begun.size === 0);
  if (step.deadline_ms === null) return condition(isTold);
  const summary = summaryOfWait(step);
  await condition(isTold, Math.max(step.deadline_ms, lookAgainMinMs), { summary });
}
