// Notes how a turn ended that did not end well.
import type { LastError } from "../../core/chat/message.ts";
import type { Tx } from "../database.ts";
import type { Draft } from "../unit.ts";

/** In the transaction of the end. A compaction on request is no turn, although its chat names the newest one meanwhile. */
export async function noteTurnEnd(
  { unit, before }: Draft,
  status: "interrupted" | "error",
  error: LastError | null = null,
): Promise<void> {
  if (before.current_turn_id === null || before.compaction?.source === "manual") return;
  await unit.tx.query(
    `insert into turn_ends as e (chat_id, turn_id, status, error) values ($1, $2, $3, $4)
     on conflict (chat_id, turn_id) do update set status = $3, error = $4, at = now()`,
    [before.id, before.current_turn_id, status, error === null ? null : JSON.stringify(error)],
  );
}

/** Of this turn and those after it: an edit has removed them. */
export async function dropTurnEndsFrom(tx: Tx, chatId: string, turnId: number): Promise<void> {
  await tx.query("delete from turn_ends where chat_id = $1 and turn_id >= $2", [chatId, turnId]);
}
