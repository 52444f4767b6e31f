// Writes recorded model calls into debug runs, many of them in two statements. It never waits for a chat: if a row is
// locked, it is written at the next try, so no turn waits for another one's lock.
import type { DebugKind, DebugStatus } from "../../core/debug-run.ts";
import { prepared, type Queryable } from "../database.ts";

/** One try at one step of a run, as far as it has come. JSON columns are given as text. */
export interface DebugCallRecord {
  readonly chat_id: string;
  /**
   * As the caller found the chat. An edit since then has deleted the run, and a late write must not bring it back (SPEC
   * E5).
   */
  readonly reset_version: number;
  readonly kind: DebugKind;
  readonly name: string;
  readonly run_status: DebugStatus;
  readonly trigger_message_id: number | null;
  readonly history_tip_message_id: number | null;
  readonly provider: string;
  readonly model: string;
  readonly run_finished_at: string | null;
  readonly number: number;
  readonly operation: string;
  readonly status: DebugStatus;
  readonly request: string | null;
  readonly response: string | null;
  readonly usage: string | null;
  readonly error: string | null;
  readonly metadata: string | null;
  readonly started_at: string;
  readonly finished_at: string | null;
  readonly attempts: readonly DebugAttemptRecord[];
}

export interface DebugAttemptRecord {
  readonly call: string;
  readonly seq: number;
  readonly status: DebugStatus;
  readonly method: string;
  readonly url: string;
  readonly request_headers: string;
  readonly request_body: string | null;
  readonly response_status: number | null;
  readonly response_headers: string | null;
  readonly response_body: string | null;
  readonly error: string | null;
  readonly started_at: string;
  readonly finished_at: string | null;
}

const STATUSES = "array['in_progress', 'interrupted', 'error', 'completed']";
/** The stronger of the row's status and the written one: late and repeated writes undo nothing. */
function strongerOf(table: string, written = "excluded.status"): string {
  return `(${STATUSES})[greatest(array_position(${STATUSES}, ${table}.status), array_position(${STATUSES}, ${written}))]`;
}
/** Whether the written status is at least as strong as the row's. */
function prevails(table: string, written = "excluded.status"): string {
  return `array_position(${STATUSES}, ${written}) >= array_position(${STATUSES}, ${table}.status)`;
}

/** An existing run stays. A new one needs a chat that did not change and is not being changed. */
const BEGIN_RUNS = `with wanted as (
    select * from json_to_recordset($1::json) as w(chat_id uuid, reset_version bigint, kind text, name text,
      trigger_message_id bigint, history_tip_message_id bigint, provider text, model text, started_at timestamptz)),
  there as (
    select r.chat_id, r.kind, r.name, r.id from debug_runs r join wanted using (chat_id, kind, name)),
  held as (
    select id, reset_version from chats
    where id in (select chat_id from wanted left join there using (chat_id, kind, name) where there.id is null)
    for key share skip locked),
  begun as (
    insert into debug_runs (chat_id, kind, name, status, trigger_message_id, history_tip_message_id, provider, model,
      started_at)
    select chat_id, kind, name, 'in_progress', trigger_message_id, history_tip_message_id, provider, model, started_at
    from wanted join held on held.id = wanted.chat_id and held.reset_version = wanted.reset_version
    on conflict do nothing returning chat_id, kind, name, id)
  select w.chat_id, w.kind, w.name, coalesce(there.id, begun.id) as id,
    exists (select from chats c where c.id = w.chat_id and c.reset_version = w.reset_version) as stands
  from wanted w left join there using (chat_id, kind, name) left join begun using (chat_id, kind, name)`;

/**
 * One statement writes both, so nobody sees a run that has ended before its last step is there. Its commit does not
 * wait for the disk, as the commits of turns do: a crash of Postgres may take the last moment of a record.
 */
const WRITE_CALLS = `with wanted as (
    select * from json_to_recordset($1::json) as s(chat_id uuid, run_id uuid, run_status text, run_finished_at timestamptz,
      history_tip_message_id bigint, provider text, model text, number integer, operation text, status text, request text, response text, usage text,
      error text, metadata text, started_at timestamptz, finished_at timestamptz)),
  runs as (
    update debug_runs r set provider = w.provider, model = w.model, status = ${strongerOf("r", "w.run_status")},
      finished_at = case when ${prevails("r", "w.run_status")} then coalesce(w.run_finished_at, r.finished_at)
        else r.finished_at end,
      history_tip_message_id = least(r.history_tip_message_id, w.history_tip_message_id),
      started_at = least(r.started_at, w.started_at)
    from wanted w where r.chat_id = w.chat_id and r.id = w.run_id
    returning r.chat_id, r.id),
  steps as (
    insert into debug_steps (chat_id, run_id, number, operation, status, request, response, usage, error, metadata,
      started_at, finished_at)
    select s.chat_id, s.run_id, s.number, s.operation, s.status, s.request::json, s.response::json, s.usage::json,
      s.error::json, s.metadata::json, s.started_at, s.finished_at
    from wanted s join runs on runs.chat_id = s.chat_id and runs.id = s.run_id
    on conflict (chat_id, run_id, number) do update set
      status = ${strongerOf("debug_steps")},
      request = coalesce(excluded.request, debug_steps.request),
      metadata = coalesce(excluded.metadata, debug_steps.metadata),
      response = case when ${prevails("debug_steps")} then coalesce(excluded.response, debug_steps.response)
        else debug_steps.response end,
      usage = case when ${prevails("debug_steps")} then coalesce(excluded.usage, debug_steps.usage)
        else debug_steps.usage end,
      error = case when excluded.status = 'completed' then null
        when ${prevails("debug_steps")} then coalesce(excluded.error, debug_steps.error) else debug_steps.error end,
      finished_at = case when ${prevails("debug_steps")} then coalesce(excluded.finished_at, debug_steps.finished_at)
        else debug_steps.finished_at end
    returning chat_id, run_id, number)
  insert into debug_attempts (chat_id, run_id, step, call, seq, status, method, url, request_headers, request_body,
    response_status, response_headers, response_body, error, started_at, finished_at)
  select a.chat_id, a.run_id, a.step, a.call, a.seq, a.status, a.method, a.url, a.request_headers::json, a.request_body,
    a.response_status, a.response_headers::json, a.response_body, a.error, a.started_at, a.finished_at
  from json_to_recordset($2::json) as a(chat_id uuid, run_id uuid, step integer, call text, seq integer, status text,
      method text, url text, request_headers text, request_body text, response_status integer, response_headers text,
      response_body text, error text, started_at timestamptz, finished_at timestamptz)
    join steps on steps.chat_id = a.chat_id and steps.run_id = a.run_id and steps.number = a.step
  where (select set_config('synchronous_commit', 'off', true)) is not null
  on conflict (chat_id, run_id, step, call, seq) do update set status = excluded.status,
    response_status = excluded.response_status, response_headers = excluded.response_headers,
    response_body = excluded.response_body, error = excluded.error, finished_at = excluded.finished_at`;

interface WrittenRun {
  readonly chat_id: string;
  readonly kind: DebugKind;
  readonly name: string;
  readonly id: string | null;
  readonly stands: boolean;
}

/** The run of a record. Two records of the same run must not be written together. */
export function debugRunKey(of: Pick<DebugCallRecord, "chat_id" | "kind" | "name">): string {
  return `${of.chat_id} ${of.kind} ${of.name}`;
}

/**
 * Writes records of different runs. Writing one again changes nothing. Returns the keys of those to try again because
 * their chat was being changed. Records whose chat is gone, or was edited since, are dropped.
 */
export async function writeDebugCalls(
  db: Queryable,
  records: readonly DebugCallRecord[],
): Promise<ReadonlySet<string>> {
  const runs = records.map(({ attempts: _a, request: _q, response: _r, metadata: _m, ...run }) => run);
  const { rows } = await db.query<WrittenRun>(prepared(BEGIN_RUNS, [JSON.stringify(runs)]));
  const found = new Map(rows.map((row) => [debugRunKey(row), row]));
  const steps: object[] = [];
  const attempts: object[] = [];
  const again = new Set<string>();
  for (const record of records) {
    const key = debugRunKey(record);
    const run = found.get(key);
    if (run?.id == null) {
      if (run?.stands === true) again.add(key);
      continue;
    }
    const of = { chat_id: record.chat_id, run_id: run.id };
    steps.push({ ...stepOf(record), ...of });
    attempts.push(...record.attempts.map((attempt) => ({ ...attempt, ...of, step: record.number })));
  }
  if (steps.length > 0) {
    await db.query(prepared(WRITE_CALLS, [JSON.stringify(steps), JSON.stringify(attempts)]));
  }
  return again;
}

function stepOf(record: DebugCallRecord) {
  const { run_status, run_finished_at, history_tip_message_id, provider, model, number, ...rest } = record;
  const { operation, status, request, response, usage, error, metadata, started_at, finished_at } = rest;
  const run = { run_status, run_finished_at, history_tip_message_id, provider, model };
  const said = { request, response, usage, error, metadata };
  return { ...run, ...said, number, operation, status, started_at, finished_at };
}
