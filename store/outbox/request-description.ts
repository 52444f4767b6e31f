// At the end of a turn, requests a title and a summary for its chat (SPEC M1, M2).
import { prepared } from "../database.ts";
import { deleteSpill } from "../row/inflight-parts.ts";
import type { Draft } from "../unit.ts";
import type { OutboxPayload } from "./outbox.ts";

/**
 * Deletes what is in progress. Requests a title if the turn is the chat's first and nobody else named the chat, and a
 * summary of the turn. It is one statement, because the end of a turn has no round trip to spare. The relay delivers
 * it, not the activity that ends the turn, so nothing waits for it. Subagents are named and read by the agent that
 * created them.
 */
export async function dropInflightAndDescribe(draft: Draft): Promise<void> {
  const { before, unit } = draft;
  const { titles = false, summaries = false } = unit.store.describes ?? {};
  const wantsTitle = titles && !before.title_by_user;
  const isOwn = before.parent_chat_id === null && before.current_turn_id !== null;
  if (!isOwn || !(wantsTitle || summaries)) return deleteSpill(unit.tx, before.id);
  const payload = (title_version: number | null): OutboxPayload => ({
    owner_id: before.owner_id,
    turn_id: before.current_turn_id ?? 0,
    version: draft.version,
    title: before.title,
    model: "",
    describe: { title_version, summary: summaries },
  });
  await unit.tx.query(
    prepared(DROP_AND_PROMISE, [
      before.id,
      before.current_turn_id,
      wantsTitle,
      summaries,
      JSON.stringify(payload(before.title_version)),
      JSON.stringify(payload(null)),
      before.title_version,
    ]),
  );
}

/**
 * A turn is the first one if no model spoke before it: an edit of the first message makes the following turn the first.
 * If the title is newer than the message, the turn has it already: a compaction ends the same turn again.
 */
const DROP_AND_PROMISE = `with dropped as (delete from inflight_parts where chat_id = $1),
  wish as (select $3::boolean and not exists (select 1 from messages
    where chat_id = $1 and id < $2 and role = 'assistant' and deleted_at is null)
    and exists (select 1 from messages where chat_id = $1 and id = $2 and version >= $7) as title)
  insert into outbox (chat_id, kind, signal, payload)
  select $1, 'describe', 'describe', case when wish.title then $5::json else $6::json end
  from wish where wish.title or $4::boolean`;
