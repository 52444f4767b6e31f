// The store is the only room with SQL. This file: what the reconciler needs: chats that should have an open run, and the
// request for a new one.

import { errorDetailCharsMax } from "../../core/chat/limits.ts";
import type { LastError } from "../../core/chat/message.ts";
import type { Pool } from "../database.ts";
import { tellWorkflow } from "../outbox/tell-workflow.ts";
import type { ChatRow } from "../row/chat-row.ts";
import { settle } from "../turn/settle.ts";
import { fenceOf } from "../turn/standing.ts";
import { changed, repaired } from "../turn/transition.ts";
import { lockInUnit, type Unit, writeLocked } from "../unit.ts";

export interface BusyChat {
  readonly id: string;
  readonly current_turn_id: number;
}

const BATCH = 500;

/** Chats that have been busy without a change for a while, oldest first. Most of them simply stream a long answer. */
export async function listQuietBusyChats(pool: Pool, quietMs: number): Promise<BusyChat[]> {
  const { rows } = await pool.query<BusyChat>(
    `select id, current_turn_id from chats where status in ('running', 'interrupting', 'requires_action')
     and updated_at < now() - make_interval(secs => $1) order by updated_at limit $2`,
    [quietMs / 1000, BATCH],
  );
  return rows;
}

/** Chats in a state the table does not know (SPEC S6). */
export async function listImpossibleChats(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    "select id from chats where status = 'waiting' and queue_length > 0 limit $1",
    [BATCH],
  );
  return rows.map((row) => row.id);
}

/** Promises a run to a chat that was found without one, if it is still in the same turn. */
export async function requestRun(unit: Unit, busy: BusyChat): Promise<void> {
  const chat = await lockInUnit(unit, busy.id);
  if (chat === null || chat.current_turn_id !== busy.current_turn_id || !isBusy(chat)) return;
  const draft = {
    unit,
    before: chat,
    version: chat.snapshot_version,
    change: {},
    touchHistory: () => undefined,
  };
  await tellWorkflow(draft, {
    kind: "start",
    signal: chat.status === "interrupting" ? "interrupted" : "messageQueued",
  });
}

/** Ends the turn of a chat whose run was terminated since it went nowhere, if it is still in the same turn (SPEC X5). */
export async function endWedgedTurn(unit: Unit, busy: BusyChat, reason: string): Promise<void> {
  const chat = await lockInUnit(unit, busy.id);
  if (chat === null || chat.current_turn_id !== busy.current_turn_id) return;
  if (chat.status !== "running" && chat.status !== "interrupting") return;
  const key = {
    chat_id: chat.id,
    turn_id: busy.current_turn_id,
    run_id: "",
    activity_id: `reconciler-${chat.snapshot_version}`,
  };
  await settle(unit, { key, fence: fenceOf(chat) }, { type: "crashed", error: wedgedError(reason) });
}

function wedgedError(reason: string): LastError {
  return {
    message:
      "The turn could not go on: something on our side failed again and again. Send a message to try again.",
    kind: "generic",
    provider: null,
    retryable: true,
    status_code: null,
    detail: reason.slice(0, errorDetailCharsMax),
  };
}

/** Writes the repaired state of an impossible chat. */
export async function repairChat(unit: Unit, chatId: string): Promise<void> {
  const chat = await lockInUnit(unit, chatId);
  if (chat === null) return;
  const fixed = repaired(chat);
  if (fixed === chat) return;
  const { status, last_error } = fixed;
  const change = { status, last_error, snapshot_version: chat.snapshot_version + 1 };
  await writeLocked(unit, { ...chat, ...change });
  unit.announcements.push(changed({ ...chat, ...change }));
}

function isBusy(chat: ChatRow): boolean {
  return chat.status === "running" || chat.status === "interrupting" || chat.status === "requires_action";
}

/** A worker frozen in the middle of its round loses the lock after this; a second worker in the same round does no harm. */
const LOOP_LOCK_IDLE_MS = 30_000;

/** Holds the lock of one worker-wide loop for as long as `work` runs; false when another worker has it. */
export async function withLoopLock(pool: Pool, key: number, work: () => Promise<void>): Promise<boolean> {
  const client = await pool.connect();
  // A connection that dies while it waits for `work` emits here; unheard, it would end the process.
  client.on("error", () => undefined);
  try {
    await client.query(`set idle_session_timeout = ${LOOP_LOCK_IDLE_MS}`);
    const { rows } = await client.query<{ got: boolean }>("select pg_try_advisory_lock($1) as got", [key]);
    if (rows[0]?.got !== true) return false;
    await work();
    return true;
  } finally {
    // The connection is given up, and with it the lock, however the round ended.
    client.release(true);
  }
}
