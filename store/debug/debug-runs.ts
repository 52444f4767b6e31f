// Reads and deletes debug runs (SPEC B4, E5).

import { debugKeptDays, debugRunsListedMax, debugShownBytesMax } from "../../core/chat/limits.ts";
import type {
  DebugAttempt,
  DebugRun,
  DebugRunWithSteps,
  DebugStatus,
  DebugStep,
} from "../../core/debug-run.ts";
import { type Pool, type Queryable, readableJson, type Tx, withTransaction } from "../database.ts";

interface RunRow extends Omit<DebugRun, "summary" | "status"> {
  readonly status: DebugStatus;
  readonly steps: number;
  readonly attempts: number;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly total_tokens: number | null;
  readonly error: string | null;
}

/** A worker writes its records within this time, or they are lost with it. */
const LATE = "interval '30 seconds'";

/**
 * How a run ended that nobody finished, because its worker died or its turn ended without another model call. If its
 * turn has been over for a while, the chat and the newest step tell how.
 */
const STATUS = `case when r.status <> 'in_progress' or r.kind <> 'chat_turn' then r.status
    when c.current_turn_id = r.trigger_message_id
      and (c.status in ('running', 'interrupting', 'requires_action') or c.updated_at > now() - ${LATE}) then r.status
    when coalesce(last.finished_at, last.started_at, r.started_at) > now() - ${LATE} then r.status
    when c.current_turn_id = r.trigger_message_id and c.status = 'error' then 'error'
    when last.status = 'completed' and ${readableJson("last.response")} ->> 'finish_reason' is distinct from 'tool_calls' then 'completed'
    else 'interrupted' end`;

const RUNS = `select r.id, r.kind, shown.status, r.trigger_message_id, r.history_tip_message_id, r.provider, r.model,
    r.started_at,
    case when shown.status <> 'in_progress' then coalesce(r.finished_at, last.finished_at) end as finished_at,
    sums.steps, sums.attempts, sums.input_tokens, sums.output_tokens, sums.total_tokens, sums.error
  from debug_runs r join chats c on c.id = r.chat_id
    left join lateral (select status, response, started_at, finished_at from debug_steps s
      where s.chat_id = r.chat_id and s.run_id = r.id order by number desc limit 1) last on true
    cross join lateral (select ${STATUS} as status) shown
    cross join lateral (select count(*)::int as steps,
        (select count(*)::int from debug_attempts a where a.chat_id = r.chat_id and a.run_id = r.id) as attempts,
        sum((usage ->> 'input_tokens')::bigint)::bigint as input_tokens,
        sum((usage ->> 'output_tokens')::bigint)::bigint as output_tokens,
        sum((usage ->> 'total_tokens')::bigint)::bigint as total_tokens,
        (array_agg(${readableJson("error")} ->> 'message' order by number desc) filter (where error is not null))[1] as error
      from debug_steps s where s.chat_id = r.chat_id and s.run_id = r.id) sums`;

/** The newest runs of a chat, newest first. */
export async function listDebugRuns(db: Queryable, chatId: string): Promise<DebugRun[]> {
  const { rows } = await db.query<RunRow>(
    `${RUNS} where r.chat_id = $1 order by r.started_at desc, r.id desc limit ${debugRunsListedMax}`,
    [chatId],
  );
  return rows.map(toRun);
}

/** One run with its steps and their HTTP calls; null if there is no such run. */
export function readDebugRun(pool: Pool, chatId: string, id: string): Promise<DebugRunWithSteps | null> {
  return withTransaction(pool, async (tx) => {
    // One read: a run that is shown as ended must have its last step, and the other way round.
    await tx.query("set transaction isolation level repeatable read, read only");
    return readWholeRun(tx, chatId, id);
  });
}

async function readWholeRun(db: Queryable, chatId: string, id: string): Promise<DebugRunWithSteps | null> {
  const { rows } = await db.query<RunRow>(`${RUNS} where r.chat_id = $1 and r.id = $2`, [chatId, id]);
  const [row] = rows;
  if (row === undefined) return null;
  const run = toRun(row);
  const steps = await readSteps(db, chatId, id);
  const attempts = await readAttempts(db, chatId, id);
  return {
    ...run,
    steps: steps.map((step) => ({
      ...step,
      // The worker that would have said more is gone.
      status: step.status === "in_progress" && run.status !== "in_progress" ? "interrupted" : step.status,
      attempts: attempts.filter((one) => one.step === step.number).map(toAttempt),
    })),
  };
}

const LEFT_OUT = "[left out: the newest steps of this run are long]";

/** The newest steps in full, older ones without their content, so that the answer does not grow too large to send. */
async function readSteps(db: Queryable, chatId: string, id: string): Promise<Omit<DebugStep, "attempts">[]> {
  const { rows } = await db.query<Omit<DebugStep, "attempts">>(
    `select number, operation, status, usage, error, metadata, started_at, finished_at,
       case when fits then request end as request, case when fits then response end as response
     from (select *, sum(coalesce(octet_length(request::text), 0) + coalesce(octet_length(response::text), 0))
         over (order by number desc) <= $3 as fits
       from debug_steps where chat_id = $1 and run_id = $2) s order by number`,
    [chatId, id, debugShownBytesMax / 2],
  );
  return rows;
}

interface AttemptRow extends DebugAttempt {
  readonly step: number;
}

async function readAttempts(db: Queryable, chatId: string, id: string): Promise<AttemptRow[]> {
  const { rows } = await db.query<AttemptRow>(
    `select step, row_number() over (partition by step order by started_at, call, seq)::int as number, status, method, url,
       request_headers, case when fits or request_body is null then request_body else $4 end as request_body,
       response_status, response_headers,
       case when fits or response_body is null then response_body else $4 end as response_body, error, started_at,
       finished_at
     from (select *, sum(coalesce(octet_length(request_body), 0) + coalesce(octet_length(response_body), 0))
         over (order by step desc, started_at desc, call desc, seq desc) <= $3 as fits
       from debug_attempts where chat_id = $1 and run_id = $2) a order by step, number`,
    [chatId, id, debugShownBytesMax / 2, LEFT_OUT],
  );
  return rows;
}

function toAttempt({ step: _step, ...attempt }: AttemptRow): DebugAttempt {
  return attempt;
}

function toRun(row: RunRow): DebugRun {
  const { steps, attempts, input_tokens, output_tokens, total_tokens, error, ...run } = row;
  return {
    ...run,
    summary: {
      steps,
      attempts,
      input_tokens: input_tokens ?? 0,
      output_tokens: output_tokens ?? 0,
      total_tokens: total_tokens ?? 0,
      error,
    },
  };
}

/**
 * Deletes the records of a message and everything after it, because an edit removed them (SPEC E5). The chat must be
 * locked.
 */
export async function dropDebugRunsFrom(tx: Tx, chatId: string, messageId: number): Promise<void> {
  await tx.query("delete from debug_runs where chat_id = $1 and trigger_message_id >= $2", [
    chatId,
    messageId,
  ]);
}

/** Rows that one purge deletes at a time. A long delete would hold its locks, and its space, for long. */
const purgedRunsMax = 1_000;

/** Deletes what is too old. Returns the number of deleted runs. */
export async function purgeDebugRuns(db: Queryable): Promise<number> {
  for (let purged = 0; ; ) {
    const { rowCount } = await db.query(
      `delete from debug_runs where (chat_id, id) in (select chat_id, id from debug_runs
         where started_at < now() - make_interval(days => $1) limit $2)`,
      [debugKeptDays, purgedRunsMax],
    );
    purged += rowCount ?? 0;
    if ((rowCount ?? 0) < purgedRunsMax) return purged;
  }
}
