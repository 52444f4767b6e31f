// The store is the only room with SQL. This file: what the latest committing activity of a chat returned. A worker that
// dies between commit and completion, or a local activity run twice, finds it and returns the same.
import type { OutcomeKey, StepOutcome } from "../core/step-outcome.ts";
import type { Queryable, Tx } from "./database.ts";

export async function findOutcome(db: Queryable, key: OutcomeKey): Promise<StepOutcome | null> {
  const { rows } = await db.query<{ outcome: StepOutcome }>(
    "select outcome from activity_outcomes where chat_id = $1 and run_id = $2 and activity_id = $3",
    [key.chat_id, key.run_id, key.activity_id],
  );
  return rows[0]?.outcome ?? null;
}

/** One row per chat: commits of a chat are serial, so an older one is never asked for again. */
export async function saveOutcome(tx: Tx, key: OutcomeKey, outcome: StepOutcome): Promise<StepOutcome> {
  await tx.query(
    `insert into activity_outcomes (chat_id, run_id, activity_id, outcome) values ($1, $2, $3, $4)
     on conflict (chat_id) do update set run_id = $2, activity_id = $3, outcome = $4`,
    [key.chat_id, key.run_id, key.activity_id, JSON.stringify(outcome)],
  );
  return outcome;
}
