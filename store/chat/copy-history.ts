// The statements that copy a history into another chat. The copies get ids of their own, in the same order, and what names a
// message names its copy.

export interface CopiedHistory {
  /** The turn of the last copy; null: nothing was copied. */
  readonly turn_id: number | null;
  readonly last_id: number | null;
  /** As `chats.unsealed`, with the ids of the copies. */
  readonly unsealed: Readonly<Record<string, number>> | null;
}

/** What a message is, wherever it stands. The bill stays with the source: `usage_records` are not copied. */
const KEPT = `role, content, content_version, visibility, model_config_id, reasoning_effort, provider, model, started_at,
  finished_at, provider_response_id, usage, finish_reason, cost_micros, runtime_ms, interrupted, compressed, created_by,
  created_at, decisions, turn_options, structured_output`;

/**
 * $1 source, $2 copy, $3 the last message. How a turn ended comes along if the whole turn does. Responses that a provider
 * keeps, and what it signed or sealed, belong to no chat: the copies go on from them. They name the files that the messages name.
 */
export const COPY_HISTORY = `with chosen as materialized (
    select m.*, nextval('message_ids') as new_id from (
      select * from messages where chat_id = $1 and id between 0 and $3 and deleted_at is null order by id) m),
  copied as (
    insert into messages (chat_id, id, turn_id, version, keeps, ${KEPT})
    select $2, c.new_id, coalesce(t.new_id, c.new_id), 1,
      case when c.keeps is not null then (
        select coalesce(json_agg(k.new_id order by k.new_id), '[]') from chosen k
        where k.id in (select value::bigint from json_array_elements_text(c.keeps))) end,
      ${KEPT.split(",")
        .map((name) => `c.${name.trim()}`)
        .join(", ")}
    from chosen c left join chosen t on t.id = c.turn_id
    returning id, turn_id),
  named as (
    insert into message_files (chat_id, message_id, file_id)
    select $2, c.new_id, f.id from message_files u join chosen c on c.id = u.message_id join files f on f.id = u.file_id
    where u.chat_id = $1 for key share of f),
  ended as (
    insert into turn_ends (chat_id, turn_id, status, error, at)
    select $2, c.new_id, e.status, e.error, e.at from turn_ends e join chosen c on c.id = e.turn_id
    where e.chat_id = $1 and not exists (
      select from messages m where m.chat_id = $1 and m.id > $3 and m.turn_id = e.turn_id and m.deleted_at is null))
  select (select turn_id from copied order by id desc limit 1) as turn_id,
    (select max(id) from copied) as last_id,
    (select jsonb_object_agg(u.key, (select max(new_id) from chosen where id <= u.value::bigint))
      from chats, jsonb_each_text(chats.unsealed) u where chats.id = $1
      and exists (select from chosen where id <= u.value::bigint)) as unsealed`;

/** The result that belongs to a call which only people see, such as that of a compaction. */
export const LAST_SHOWN = `select id from (select id, role, visibility from messages
    where chat_id = $1 and id > $2 and deleted_at is null order by id limit 1) next
  where role = 'tool' and visibility = 'user'`;
