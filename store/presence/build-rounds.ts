// The rounds in which workers look after the runs of other builds. All workers of a deployment share them.
import type { Queryable } from "../database.ts";

/** Slightly less than workers wait between two looks, so that one worker alone begins a round at each look. */
const ROUND_EVERY_MS = 900;
/** After so many rounds without a run of another build, rounds are rare. */
const QUIET_ROUNDS = 60;
const QUIET_ROUND_EVERY_MS = 16_000;

/**
 * Begins a round unless one has begun lately. A new choice makes rounds frequent again.
 * @param chosen the newest choice
 * @returns the runs that were asked to hand over; null: no round is due
 */
export async function beginRound(
  db: Queryable,
  taskQueue: string,
  chosen: string,
): Promise<readonly string[] | null> {
  const { rows } = await db.query<{ asked_run_ids: string[] }>(
    `insert into build_rounds as round (task_queue, chosen) values ($1, $2)
     on conflict (task_queue) do update set begun_at = clock_timestamp(), chosen = excluded.chosen,
       quiet_rounds = case when round.chosen = excluded.chosen then round.quiet_rounds + 1 else 1 end
     where round.begun_at <= clock_timestamp() - make_interval(secs => case
       when round.chosen = excluded.chosen and round.quiet_rounds >= $3 then $5::float8 else $4::float8 end)
     returning asked_run_ids`,
    [taskQueue, chosen, QUIET_ROUNDS, ROUND_EVERY_MS / 1000, QUIET_ROUND_EVERY_MS / 1000],
  );
  return rows[0]?.asked_run_ids ?? null;
}

export interface RoundResult {
  /** Runs of other builds that were asked to hand over and still run. */
  readonly asked: readonly string[];
  /** No run of another build was found. */
  readonly isQuiet: boolean;
}

export async function endRound(
  db: Queryable,
  taskQueue: string,
  { asked, isQuiet }: RoundResult,
): Promise<void> {
  await db.query(
    `update build_rounds set asked_run_ids = $2, quiet_rounds = case when $3 then quiet_rounds else 0 end
     where task_queue = $1 and (asked_run_ids <> $2 or not $3)`,
    [taskQueue, asked, isQuiet],
  );
}
