// The two loops that repair chats after crashes. The relay delivers outbox rows that nobody delivered. The reconciler
// gives a new run to every busy chat that has lost its own, and ends runs that go nowhere.
import type { Client } from "@temporalio/client";
import type { Logger } from "pino";
import type { Deliverer } from "../../delivery/deliver-outbox.ts";
import { leaseOutboxRows, type OutboxRow, postponeOutboxRow } from "../../store/outbox/outbox.ts";
import type { Store } from "../../store/store.ts";
import {
  type BusyChat,
  endWedgedTurn,
  listImpossibleChats,
  listQuietBusyChats,
  repairChat,
  requestRun,
  withLoopLock,
} from "../../store/turn/reconcile.ts";
import { inUnit } from "../../store/unit.ts";
import { chatWorkflowId, describeWorkflowId } from "../../workflows/contract.ts";
import { inspectRun, type RunState, terminateWedged } from "./inspect-run.ts";
import { type Loop, startLoop } from "./loop.ts";

/** Any number that no other user of the database takes. */
const RECONCILER_LOCK_KEY = 7_305_110_002;
const RELAY_EVERY_MS = 500;
/** Descriptions that are checked in a round. Each takes seconds, so an old one is rare. */
const OLD_DESCRIPTIONS_MAX = 50;

export interface RepairDeps {
  readonly store: Store;
  readonly temporal: Client;
  readonly deliverer: Deliverer;
  /** A chat is checked if it is busy and has not changed for this long. */
  readonly reconcileAfterMs: number;
  readonly taskQueue: string;
  readonly counts: RepairCounts;
  readonly logger: Logger;
}

/** For the worker's metrics. */
export interface RepairCounts {
  /** Runs that were terminated because their workflow tasks failed again and again. */
  wedged_runs: number;
}

export function startRelay(deps: RepairDeps): Loop {
  const { store, logger } = deps;
  const work = async () => {
    for (const row of await leaseOutboxRows(store.pool)) await deliverLate(deps, row);
  };
  return startLoop("relay", RELAY_EVERY_MS, { work, logger });
}

/** Descriptions are started side by side: their order does not matter, and each chat has its own run. */
export function startDescriptionRelay(deps: RepairDeps): Loop {
  const { store, logger } = deps;
  const work = async () => {
    const rows = await leaseOutboxRows(store.pool, "descriptions");
    await Promise.all(rows.map((row) => deliverLate(deps, row)));
  };
  return startLoop("description relay", RELAY_EVERY_MS, { work, logger });
}

async function deliverLate({ store, deliverer, logger }: RepairDeps, row: OutboxRow): Promise<void> {
  try {
    await deliverer.deliverLate(row);
  } catch (error) {
    logger.warn({ err: error, chat_id: row.chat_id, tries: row.tries }, "relay could not deliver");
    await postponeOutboxRow(store.pool, row);
  }
}

export function startReconciler(deps: RepairDeps): Loop {
  const { store, logger, reconcileAfterMs } = deps;
  // Chats whose run is wedged while one of its activities still works. Their turn may end well, and then no other check
  // finds them.
  const watched = new Map<string, BusyChat>();
  const work = async () => {
    await withLoopLock(store.pool, RECONCILER_LOCK_KEY, () => reconcile(deps, watched));
  };
  // Three checks within the time after which a chat counts as lost, so it is found soon after.
  return startLoop("reconciler", reconcileAfterMs / 3, { work, logger });
}

async function reconcile(deps: RepairDeps, watched: Map<string, BusyChat>): Promise<void> {
  const { store, deliverer, logger } = deps;
  for (const id of await listImpossibleChats(store.pool)) {
    logger.error({ chat_id: id }, "chat in an impossible state, repaired to error");
    await inUnit(store, (unit) => repairChat(unit, id));
  }
  const quiet = await listQuietBusyChats(store.pool, deps.reconcileAfterMs);
  const busy = new Set(quiet.map((chat) => chat.id));
  for (const chat of [...quiet, ...[...watched.values()].filter(({ id }) => !busy.has(id))]) {
    const run = await inspectRun(deps.temporal, chatWorkflowId(chat.id));
    watched.delete(chat.id);
    if (run.type === "wedged" && run.isAtWork) watched.set(chat.id, chat);
    else if (run.type === "wedged") await endWedgedRun(deps, chat, run);
    else if (run.type === "none" && busy.has(chat.id)) {
      logger.warn({ chat_id: chat.id }, "busy chat without a run, starting one");
      const { outbox } = await inUnit(store, (unit) => requestRun(unit, chat));
      await deliverer.deliver(outbox);
    }
  }
  await endWedgedDescriptions(deps);
}

type Wedged = Extract<RunState, { type: "wedged" }>;

/** The run first: if we die in between, a busy chat is left without a run, and such a chat gets another one. */
async function endWedgedRun(deps: RepairDeps, chat: BusyChat, run: Wedged): Promise<void> {
  const { store, temporal, counts, logger } = deps;
  logger.error({ chat_id: chat.id, run_id: run.run_id, reason: run.words }, "wedged run, terminated");
  await terminateWedged(temporal, chatWorkflowId(chat.id), run);
  counts.wedged_runs++;
  await inUnit(store, (unit) => endWedgedTurn(unit, chat, run.words));
}

/** Nothing in the database waits for a description, so Temporal's own list is searched for them. */
async function endWedgedDescriptions(deps: RepairDeps): Promise<void> {
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
    const run = await inspectRun(temporal, workflowId);
    if (run.type !== "wedged") continue;
    logger.error({ workflow_id: workflowId, reason: run.words }, "wedged run, terminated");
    await terminateWedged(temporal, workflowId, run);
    counts.wedged_runs++;
  }
}
