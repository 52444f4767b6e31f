// Delivers outbox rows to Temporal, for requests (at once, with a deadline) and for the worker's relay.
import { type Client, WorkflowNotFoundError } from "@temporalio/client";
import type { Logger } from "pino";
import { deliveryDeadlineMs } from "../core/chat/limits.ts";
import { headOf } from "../core/text/truncate.ts";
import type { Failpoint } from "../platform/failpoint.ts";
import { deleteOutboxRows, type OutboxRow } from "../store/outbox/outbox.ts";
import { readChatRow } from "../store/row/chat-row.ts";
import type { Store } from "../store/store.ts";
import {
  CHAT_TURN,
  type ChatSignalInput,
  type ChatTurnInput,
  chatWorkflowId,
} from "../workflows/contract.ts";
import { turnSearchAttributes } from "../workflows/search-attributes.ts";
import { deliverDescription } from "./deliver-description.ts";
import { createOutcomeAttribute, type KnowsOutcome } from "./outcome-attribute.ts";

/**
 * After a failed delivery only the relay delivers, for this long: while Temporal is away, no request waits for its
 * whole second.
 */
const awayMs = 2_000;
/** Temporal allows 400. A title in another script may take three bytes per character. */
const summaryBytesMax = 200;

export interface DelivererOptions {
  /** Null means that Temporal is not there yet; rows stay for the relay. */
  readonly temporal: () => Client | null;
  readonly store: Store;
  readonly taskQueue: string;
  /** Whether Temporal's Web UI may show titles (`EVERTURN_TEMPORAL_DETAIL`). */
  readonly showTitles: boolean;
  /** Where the console is, for links to chats; null: not known, or there is none. */
  readonly consoleUrl: string | null;
  readonly heartbeatTimeoutMs: number;
  readonly failpoint: Failpoint;
  readonly logger: Logger;
}

export interface Deliverer {
  /** Delivers rows that were just committed. Takes at most one second and never throws: what fails stays for the relay. */
  deliver(rows: readonly OutboxRow[]): Promise<void>;
  /** Delivers one row for the relay. Throws if Temporal cannot be reached. */
  deliverLate(row: OutboxRow): Promise<void>;
}

export function createDeliverer(options: DelivererOptions): Deliverer {
  const { temporal, store, logger } = options;
  const knowsOutcome = createOutcomeAttribute(logger);
  const strikeOff = createStrikeOff(options);
  let awayUntil = 0;
  return {
    async deliver(rows) {
      const client = temporal();
      if (rows.length > 0) options.failpoint("outbox:committed");
      if (client === null || rows.length === 0 || Date.now() < awayUntil) return;
      try {
        await client.withDeadline(Date.now() + deliveryDeadlineMs, async () => {
          for (const row of rows) {
            await send(client, row, { ...options, knowsOutcome });
            strikeOff(row.id);
          }
        });
      } catch (error) {
        awayUntil = Date.now() + awayMs;
        logger.warn({ err: error, chat_id: rows[0]?.chat_id }, "delivery left to the relay");
      }
    },
    async deliverLate(row) {
      const client = temporal();
      if (client === null) throw new Error("not connected to Temporal");
      if (row.kind !== "start" || (await stillNeeded(store, row))) {
        await client.withDeadline(Date.now() + 10 * deliveryDeadlineMs, () =>
          send(client, row, { ...options, knowsOutcome }),
        );
      }
      await deleteOutboxRows(store.pool, [row.id]);
    },
  };
}

/**
 * Deletes the rows that requests have delivered, those of a burst together. No request waits for it. If a row stays,
 * the relay delivers it again; the workflow then looks again and finds nothing new.
 */
function createStrikeOff({ store, logger }: DelivererOptions): (id: number) => void {
  let delivered: number[] = [];
  let isStriking = false;
  const strike = async () => {
    while (delivered.length > 0) {
      const ids = delivered;
      delivered = [];
      await deleteOutboxRows(store.pool, ids).catch((error: unknown) => {
        logger.warn({ err: error, rows: ids.length }, "delivered rows stay in the outbox");
      });
    }
    isStriking = false;
  };
  return (id) => {
    delivered.push(id);
    if (isStriking) return;
    isStriking = true;
    void strike();
  };
}

/** A late start must not begin a wrong turn: the chat must still run this very turn. */
async function stillNeeded(store: Store, row: OutboxRow): Promise<boolean> {
  const chat = await readChatRow(store.pool, row.chat_id);
  if (chat === null || chat.current_turn_id !== row.payload.turn_id) return false;
  return chat.status === "running" || chat.status === "interrupting" || chat.status === "requires_action";
}

type SendOptions = DelivererOptions & { readonly knowsOutcome: KnowsOutcome };

async function send(client: Client, row: OutboxRow, options: SendOptions): Promise<void> {
  const workflowId = chatWorkflowId(row.chat_id);
  if (row.kind === "start") return start(client, row, options);
  if (row.kind === "describe") return deliverDescription(client, row, options);
  try {
    const handle = client.workflow.getHandle(workflowId);
    if (row.kind === "cancel") await handle.cancel();
    else await handle.signal(row.signal, signalInput(row));
  } catch (error) {
    // Nobody is there to be told, and a plain signal accepts that.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

async function start(client: Client, row: OutboxRow, options: SendOptions): Promise<void> {
  const { owner_id, turn_id, model, parent_chat_id } = row.payload;
  const title = options.showTitles ? row.payload.title : "";
  const chat_url = options.consoleUrl === null ? "" : `${options.consoleUrl}/chats/${row.chat_id}`;
  const shows_outcome = await options.knowsOutcome(client);
  // `tools_stop_max_ms` is not sent yet: after a rollback, workers of the version before could not replay its timer, and
  // such a run would never end. The next version sends it, when every worker it can be rolled back to knows the field.
  const input: ChatTurnInput = {
    chat_id: row.chat_id,
    owner_id,
    turn_id,
    title,
    model,
    ...(chat_url !== "" && { chat_url }),
    ...(parent_chat_id !== undefined && { parent_chat_id }),
    shows_outcome,
    heartbeat_timeout_ms: options.heartbeatTimeoutMs,
  };
  await client.workflow.signalWithStart(CHAT_TURN, {
    workflowId: chatWorkflowId(row.chat_id),
    taskQueue: options.taskQueue,
    args: [input],
    signal: row.signal,
    signalArgs: [signalInput(row)],
    // With the default of ten seconds, a killed worker would delay each of its turns by that much before another worker
    // takes over.
    workflowTaskTimeout: "3 s",
    typedSearchAttributes: turnSearchAttributes({
      owner_id,
      turn_id,
      model,
      // Registered by the same command as the attribute of outcomes.
      ...(shows_outcome && { title, parent_chat_id }),
    }),
    ...(title !== "" && { staticSummary: headOf(title, summaryBytesMax) }),
    // Is there when no worker is left to ask, and after the run.
    ...(chat_url !== "" && { staticDetails: `[open the chat](${chat_url})` }),
  });
}

function signalInput(row: OutboxRow): ChatSignalInput {
  return { turn_id: row.payload.turn_id, version: row.payload.version };
}
