// Ends the runs whose workflow tasks fail again and again. What they were for ends in an error, or goes on as a fresh run.
import type { Client } from "@temporalio/client";
import type { Logger } from "pino";
import { errorDetailCharsMax } from "../../core/chat/limits.ts";
import type { Deliverer } from "../../delivery/deliver-outbox.ts";
import { countFailedRun } from "../../store/presence/worker-builds.ts";
import type { Store } from "../../store/store.ts";
import { type BusyChat, endWedgedTurn, requestRun } from "../../store/turn/reconcile.ts";
import { inUnit } from "../../store/unit.ts";
import { chatWorkflowId, describeWorkflowId } from "../../workflows/contract.ts";
import { inspectRun, type RunState, terminateWedged } from "./inspect-run.ts";

/** Descriptions that are checked in a round. Each takes seconds, so an old one is rare. */
const OLD_DESCRIPTIONS_MAX = 50;
/** Builds without an id follow each other within a turn at most so often. */
const BEGUN_AGAIN_MAX = 3;
/** Turns that are remembered for that; beyond, all are forgotten. */
const BEGUN_AGAIN_CHATS_MAX = 10_000;

export interface RepairDeps {
  readonly store: Store;
  readonly temporal: Client;
  readonly deliverer: Deliverer;
  /** A chat is checked if it is busy and has not changed for this long. */
  readonly reconcileAfterMs: number;
  readonly taskQueue: string;
  readonly counts: Pick<RepairCounts, "wedged_runs">;
  readonly logger: Logger;
}

/** For the worker's metrics. */
export interface RepairCounts {
  /** Runs that were terminated because their workflow tasks failed again and again. */
  wedged_runs: number;
  /** Runs that were asked to hand over to the current build. */
  drained_runs: number;
  /** Runs that were ended and begun again, because no worker of their build was left. */
  abandoned_runs: number;
}

/** How often the turn of a chat was begun again, because its run was of other code; by chat. */
export type BegunAgain = Map<string, { readonly turn_id: number; readonly times: number }>;

type Wedged = Extract<RunState, { type: "wedged" }>;

/**
 * The run first: if we die in between, a busy chat is left without a run, and such a chat gets another one. A run of other code
 * fails after each change of the workflows, so its turn goes on as a fresh one; any other turn ends in an error.
 */
export async function endWedgedRun(
  deps: RepairDeps,
  chat: BusyChat,
  { run, begunAgain }: { readonly run: Wedged; readonly begunAgain: BegunAgain },
): Promise<void> {
  const { store, temporal, counts, taskQueue, logger } = deps;
  logger.error({ chat_id: chat.id, run_id: run.run_id, reason: run.words }, "wedged run, terminated");
  await terminateWedged(temporal, chatWorkflowId(chat.id), run);
  counts.wedged_runs++;
  if (run.isOfOtherCode && mayBeginAgain(begunAgain, chat)) return beginRun(deps, chat);
  const { build_id, words: reason } = run;
  await countFailedRun(store.pool, {
    task_queue: taskQueue,
    build_id,
    reason: reason.slice(0, errorDetailCharsMax),
  });
  await inUnit(store, (unit) => endWedgedTurn(unit, chat, reason));
}

/** Counts how often a turn is begun again: code that cannot replay its own runs must not do it for ever. */
function mayBeginAgain(begunAgain: BegunAgain, { id, current_turn_id: turn_id }: BusyChat): boolean {
  const before = begunAgain.get(id);
  const times = before?.turn_id === turn_id ? before.times + 1 : 1;
  if (begunAgain.size >= BEGUN_AGAIN_CHATS_MAX) begunAgain.clear();
  begunAgain.set(id, { turn_id, times });
  return times <= BEGUN_AGAIN_MAX;
}

/** Promises a run to the chat, unless it has come to rest, and tells Temporal at once. */
export async function beginRun({ store, deliverer }: RepairDeps, chat: BusyChat): Promise<void> {
  const { outbox } = await inUnit(store, (unit) => requestRun(unit, chat));
  await deliverer.deliver(outbox);
}

/** Nothing in the database waits for a description, so Temporal's own list is searched for them. */
export async function endWedgedDescriptions(deps: RepairDeps): Promise<void> {
  const { temporal, counts, logger } = deps;
  const startedBefore = new Date(Date.now() - deps.reconcileAfterMs).toISOString();
  const query = [
    `WorkflowId STARTS_WITH '${describeWorkflowId("")}'`,
    "ExecutionStatus = 'Running'",
    `TaskQueue = '${deps.taskQueue.replaceAll("'", "''")}'`,
    `StartTime < '${startedBefore}'`,
  ].join(" AND ");
  let looked = 0;
  for await (const { workflowId } of temporal.workflow.list({ query, pageSize: OLD_DESCRIPTIONS_MAX })) {
    if (++looked > OLD_DESCRIPTIONS_MAX) return;
    try {
      const run = await inspectRun(temporal, workflowId);
      if (run.type !== "wedged") continue;
      logger.error({ workflow_id: workflowId, reason: run.words }, "wedged run, terminated");
      await terminateWedged(temporal, workflowId, run);
      counts.wedged_runs++;
    } catch (error) {
      logger.warn({ err: error, workflow_id: workflowId }, "description could not be looked at, tried again");
    }
  }
}
