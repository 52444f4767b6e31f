// Parts of an answer in progress that no longer fit into its heartbeat.
import type { SpillRow } from "../../core/part/checkpoint.ts";
import { parseEpisode, slotOf } from "../../core/part/stream-part.ts";
import { prepared, type Queryable } from "../database.ts";

/**
 * Writes a spill row, in its own statement. If it is written again under the same `from_seq` (the answer to the first
 * write was lost), it replaces the row. An episode that is over gets no row: the lock waits for a running commit, which
 * has deleted the rows of its episode and would not delete this one.
 */
export async function insertSpill(db: Queryable, chatId: string, row: SpillRow): Promise<void> {
  const of = parseEpisode(row.episode);
  // Attempts of a tool call are counted by its claims. The commit that raises the history version deletes those.
  const attempt = slotOf(row.episode) === "" ? of?.attempt : null;
  await db.query(
    `insert into inflight_parts (chat_id, episode, from_seq, seq, parts)
     select id, $2, $3, $4, $5 from chats where id = $1 and history_version = $6
       and coalesce($7::int, generation_attempt) = generation_attempt
     for key share
     on conflict (chat_id, episode, from_seq) do update set seq = excluded.seq, parts = excluded.parts`,
    [chatId, row.episode, row.from_seq, row.seq, JSON.stringify(row.parts), of?.history_version, attempt],
  );
}

/** The rows of one episode that hold anything after `afterSeq`, in order. */
export async function readSpill(
  db: Queryable,
  chatId: string,
  from: { readonly episode: string; readonly after_seq: number },
): Promise<SpillRow[]> {
  const { rows } = await db.query<SpillRow>(
    `select episode, from_seq, seq, parts from inflight_parts
     where chat_id = $1 and episode = $2 and seq > $3 order by from_seq`,
    [chatId, from.episode, from.after_seq],
  );
  return rows;
}

/** Deletes everything in progress in a chat. Part of the transaction that commits or drops it. */
export async function deleteSpill(db: Queryable, chatId: string): Promise<void> {
  await db.query(prepared("delete from inflight_parts where chat_id = $1", [chatId]));
}
