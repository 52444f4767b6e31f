// The worker is a composition root. This file: the two loops that repair what crashes leave behind. The relay delivers
// promises nobody kept; the reconciler gives a run to every busy chat that has lost its own.
import { type Client, WorkflowNotFoundError } from "@temporalio/client";
import type { Logger } from "pino";
import type { Deliverer } from "../api/deliver-outbox.ts";
import { leaseOutboxRows, type OutboxRow, postponeOutboxRow } from "../store/outbox.ts";
import {
  type BusyChat,
  listImpossibleChats,
  listQuietBusyChats,
  promiseRun,
  repairChat,
  withLoopLock,
} from "../store/reconcile.ts";
import type { Store } from "../store/store.ts";
import { inUnit } from "../store/unit.ts";
import { chatWorkflowId } from "../workflows/contract.ts";
import { type Loop, startLoop } from "./loop.ts";

/** Any constant that no other user of the database takes. */
const RECONCILER_LOCK_KEY = 7_305_110_002;
const RELAY_EVERY_MS = 500;

export interface RepairDeps {
  readonly store: Store;
  readonly temporal: Client;
  readonly deliverer: Deliverer;
  /** A chat busy and unchanged for this long is looked at. */
  readonly reconcileAfterMs: number;
  readonly logger: Logger;
}

export function startRelay(deps: RepairDeps): Loop {
  const { store, logger } = deps;
  const work = async () => {
    for (const row of await leaseOutboxRows(store.pool)) await deliverLate(deps, row);
  };
  return startLoop("relay", RELAY_EVERY_MS, { work, logger });
}

/** Descriptions are started side by side: nothing depends on their order, and each chat has a run of its own. */
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
  const work = async () => {
    await withLoopLock(store.pool, RECONCILER_LOCK_KEY, () => reconcile(deps));
  };
  // Three looks within the time after which a chat counts as lost: it is found soon after.
  return startLoop("reconciler", reconcileAfterMs / 3, { work, logger });
}

async function reconcile(deps: RepairDeps): Promise<void> {
  const { store, deliverer, logger } = deps;
  for (const id of await listImpossibleChats(store.pool)) {
    logger.error({ chat_id: id }, "chat in an impossible state, repaired to error");
    await inUnit(store, (unit) => repairChat(unit, id));
  }
  for (const chat of await listQuietBusyChats(store.pool, deps.reconcileAfterMs)) {
    if (await hasOpenRun(deps.temporal, chat)) continue;
    logger.warn({ chat_id: chat.id }, "busy chat without a run, starting one");
    const { outbox } = await inUnit(store, (unit) => promiseRun(unit, chat));
    await deliverer.deliver(outbox);
  }
}

async function hasOpenRun(temporal: Client, chat: BusyChat): Promise<boolean> {
  try {
    const { status } = await temporal.workflow.getHandle(chatWorkflowId(chat.id)).describe();
    return status.name === "RUNNING";
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
