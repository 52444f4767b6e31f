// The two loops that repair chats after crashes. The relay delivers outbox rows that nobody delivered. The reconciler
// gives a new run to every busy chat that has lost its own, and ends runs that go nowhere.
import { isOutage } from "../../platform/classify-failure.ts";
import {
  leaseOutboxRows,
  type OutboxRow,
  outboxBatchMax,
  postponeOutboxRow,
} from "../../store/outbox/outbox.ts";
import { LOCK_KEYS, withLoopLock } from "../../store/presence/advisory-locks.ts";
import {
  type BusyChat,
  listImpossibleChats,
  type QuietChat,
  quietBusyChats,
  repairChat,
} from "../../store/turn/reconcile.ts";
import { inUnit } from "../../store/unit.ts";
import { chatWorkflowId } from "../../workflows/contract.ts";
import {
  type BegunAgain,
  beginRun,
  endWedgedDescriptions,
  endWedgedRun,
  type RepairDeps,
} from "./end-wedged-runs.ts";
import { inspectRun, openRunsOf } from "./inspect-run.ts";
import { type Loop, startLoop } from "./loop.ts";

const RELAY_EVERY_MS = 500;
/** Runs that are described side by side. */
const LOOKS_AT_ONCE = 8;
/** A chat that has been quiet for an hour is next described six minutes later: a long answer is not asked about every few seconds. */
const LOOK_AGAIN_AFTER = 1.1;

export function startRelay(deps: RepairDeps): Loop {
  const { store, logger } = deps;
  const work = async () => {
    const rows = await leaseOutboxRows(store.pool);
    let delivered = 0;
    for (const row of rows) if (await deliverLate(deps, row)) delivered++;
    return isMore(rows, delivered);
  };
  return startLoop("relay", RELAY_EVERY_MS, { work, logger });
}

/** Descriptions are started side by side: their order does not matter, and each chat has its own run. */
export function startDescriptionRelay(deps: RepairDeps): Loop {
  const { store, logger } = deps;
  const work = async () => {
    const rows = await leaseOutboxRows(store.pool, "descriptions");
    const delivered = await Promise.all(rows.map((row) => deliverLate(deps, row)));
    return isMore(rows, delivered.filter(Boolean).length);
  };
  return startLoop("description relay", RELAY_EVERY_MS, { work, logger });
}

/** A full batch leaves rows behind. If none of it could be delivered, the next one waits its turn: Temporal may be away. */
function isMore(rows: readonly OutboxRow[], delivered: number): "more" | undefined {
  return rows.length === outboxBatchMax && delivered > 0 ? "more" : undefined;
}

/** False if the row could not be delivered; it is tried again later. */
async function deliverLate({ store, deliverer, logger }: RepairDeps, row: OutboxRow): Promise<boolean> {
  try {
    await deliverer.deliverLate(row);
    return true;
  } catch (error) {
    logger.warn({ err: error, chat_id: row.chat_id, tries: row.tries }, "relay could not deliver");
    await postponeOutboxRow(store.pool, row);
    return false;
  }
}

/** What the reconciler remembers from round to round. */
interface Memory {
  /** Chats whose run is wedged while one of its activities still works. Their turn may end well, and then no other check finds them. */
  readonly watched: Map<string, BusyChat>;
  /** When the run of a chat with an open run is described again, by chat. */
  readonly nextLooks: Map<string, NextLook>;
  readonly begunAgain: BegunAgain;
}

interface NextLook {
  /** The chat's last change: the entry holds only for the quiet period since then. */
  readonly updated_us: number;
  /** For how long the chat must have been quiet. */
  readonly quiet_ms: number;
}

export function startReconciler(deps: RepairDeps): Loop {
  const { store, logger, reconcileAfterMs } = deps;
  const memory: Memory = { watched: new Map(), nextLooks: new Map(), begunAgain: new Map() };
  const work = async () => {
    await withLoopLock(store.pool, LOCK_KEYS.reconciler, () => reconcile(deps, memory));
  };
  // Three checks within the time after which a chat counts as lost, so it is found soon after.
  return startLoop("reconciler", reconcileAfterMs / 3, { work, logger });
}

async function reconcile(deps: RepairDeps, memory: Memory): Promise<void> {
  const { store, temporal, logger } = deps;
  for (const id of await listImpossibleChats(store.pool)) {
    logger.error({ chat_id: id }, "chat in an impossible state, repaired to error");
    await inUnit(store, (unit) => repairChat(unit, id));
  }
  const quiet = new Set<string>();
  for await (const chats of quietBusyChats(store.pool, deps.reconcileAfterMs)) {
    for (const { id } of chats) quiet.add(id);
    const open = await openRunsOf(
      temporal,
      chats.map(({ id }) => chatWorkflowId(id)),
    ).catch((error: unknown) => {
      // In an outage no run can be described either: the round ends, and the next one tries again.
      if (isOutage(error)) throw error;
      // Temporal refuses the query: each run is described, as if none were known to be open.
      logger.warn({ err: error }, "open runs could not be listed");
      return new Set<string>();
    });
    const due = chats.filter((chat) => isDue(chat, { open, memory }));
    await inGroups(due, (chat) => reconcileChat(deps, chat, { memory, isQuiet: true }));
  }
  for (const id of memory.nextLooks.keys()) if (!quiet.has(id)) memory.nextLooks.delete(id);
  const left = [...memory.watched.values()].filter(({ id }) => !quiet.has(id));
  await inGroups(left, (chat) => reconcileChat(deps, chat, { memory, isQuiet: false }));
  await endWedgedDescriptions(deps);
}

/** A chat without an open run is looked at in each round, one with an open run now and then: it may be wedged. */
function isDue(
  chat: QuietChat,
  { open, memory }: { readonly open: ReadonlySet<string>; readonly memory: Memory },
): boolean {
  if (!open.has(chatWorkflowId(chat.id)) || memory.watched.has(chat.id)) return true;
  const { id, updated_us, quiet_ms } = chat;
  const next = memory.nextLooks.get(id);
  if (next?.updated_us === updated_us && quiet_ms < next.quiet_ms) return false;
  memory.nextLooks.set(id, { updated_us, quiet_ms: quiet_ms * LOOK_AGAIN_AFTER });
  return true;
}

async function inGroups<T>(items: readonly T[], each: (item: T) => Promise<void>): Promise<void> {
  for (let first = 0; first < items.length; first += LOOKS_AT_ONCE)
    await Promise.all(items.slice(first, first + LOOKS_AT_ONCE).map(each));
}

interface ReconcileChatInput {
  readonly memory: Memory;
  /** Whether the chat is busy and quiet; else it is only watched for the end of its wedged run. */
  readonly isQuiet: boolean;
}

/** Never throws: a chat that cannot be looked at must not keep the others from it. */
async function reconcileChat(
  deps: RepairDeps,
  chat: BusyChat,
  { memory, isQuiet }: ReconcileChatInput,
): Promise<void> {
  const { logger } = deps;
  const { watched } = memory;
  try {
    const run = await inspectRun(deps.temporal, chatWorkflowId(chat.id));
    watched.delete(chat.id);
    if (run.type === "wedged" && run.isAtWork) watched.set(chat.id, chat);
    else if (run.type === "wedged") await endWedgedRun(deps, chat, { run, begunAgain: memory.begunAgain });
    else if (run.type === "none" && isQuiet) {
      logger.warn({ chat_id: chat.id }, "busy chat without a run, starting one");
      await beginRun(deps, chat);
    }
  } catch (error) {
    logger.warn({ err: error, chat_id: chat.id }, "chat could not be reconciled, tried again");
  }
}
