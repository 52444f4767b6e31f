// What the reconciler needs: chats that should have an open run, and the
// request for a new one.

import { errorDetailCharsMax } from "../../core/chat/limits.ts";
import type { LastError } from "../../core/chat/message.ts";
import type { Pool } from "../database.ts";
import { tellWorkflow } from "../outbox/tell-workflow.ts";
import type { ChatRow } from "../row/chat-row.ts";
import { lockInUnit, type Unit, writeLocked } from "../unit.ts";
import { settle } from "./settle.ts";
import { fenceOf } from "./standing.ts";
import { changed, repaired, tellRoot } from "./transition.ts";

export interface BusyChat {
  readonly id: string;
  readonly current_turn_id: number;
}

/** A chat that has been busy without a change for a while. Most of them simply stream a long answer. */
export interface QuietChat extends BusyChat {
  readonly quiet_ms: number;
  /** Its last change, for the next page: microseconds since 1970. */
  readonly updated_us: number;
}

const BATCH = 500;

/** Pages of all chats that have been busy without a change for `quietMs`, the longest first. */
export async function* quietBusyChats(pool: Pool, quietMs: number): AsyncGenerator<readonly QuietChat[]> {
  let after = { updated_us: 0, id: "00000000-0000-0000-0000-000000000000" };
  for (;;) {
    const { rows } = await pool.query<QuietChat>(
      `select id, current_turn_id, (extract(epoch from updated_at) * 1000000)::bigint as updated_us,
         (extract(epoch from now() - updated_at) * 1000)::float8 as quiet_ms
       from chats where status in ('running', 'interrupting', 'requires_action')
         and updated_at < now() - make_interval(secs => $1) and updated_at >= timestamptz 'epoch' + $2 * interval '1 microsecond'
         and (updated_at, id) > (timestamptz 'epoch' + $2 * interval '1 microsecond', $3::uuid)
       order by updated_at, id limit $4`,
      [quietMs / 1000, after.updated_us, after.id, BATCH],
    );
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) return;
    after = last;
  }
}

/** Chats in a state the table does not know (SPEC S6). */
export async function listImpossibleChats(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    "select id from chats where status = 'waiting' and queue_length > 0 limit $1",
    [BATCH],
  );
  return rows.map((row) => row.id);
}

/**
 * Promises a run to a chat that has none, or soon will have none, if it is still in the same turn. `null`: in whatever turn it is.
 * @param relay_after_ms when the relay may deliver it; absent: it leaves the row to the caller first
 */
export async function requestRun(
  unit: Unit,
  { id, current_turn_id }: Pick<BusyChat, "id"> & { readonly current_turn_id: number | null },
  relay_after_ms?: number,
): Promise<void> {
  const chat = await lockInUnit(unit, id);
  if (chat === null || !isBusy(chat)) return;
  if (current_turn_id !== null && chat.current_turn_id !== current_turn_id) return;
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
    ...(relay_after_ms !== undefined && { relay_after_ms }),
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
  await tellRoot(unit, chat, fixed);
}

function isBusy(chat: ChatRow): boolean {
  return chat.status === "running" || chat.status === "interrupting" || chat.status === "requires_action";
}
