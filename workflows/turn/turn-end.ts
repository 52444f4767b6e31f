// How a run tells people of its turn's end, after the commit: by its result, by a failure where the turn has failed, and by a
// search attribute where the run itself must go on.
import { ApplicationFailure, upsertSearchAttributes } from "@temporalio/workflow";
import type { StepOutcome, TurnEnd } from "../../core/chat/step-outcome.ts";
import type { TurnResult } from "../contract.ts";
import { OUTCOME } from "../search-attributes.ts";
import { wordsOfEnd } from "./turn-details.ts";

/** What the outcomes of a run have told of its turn so far. */
export interface TurnTold {
  end: TurnEnd | null;
  /** Of the answers that were kept. */
  tokens: number;
}

/** Whatever goes on after an end (an edit, another try) is not ended by it. */
export function takeTold(told: TurnTold, outcome: StepOutcome): void {
  told.tokens += outcome.tokens ?? 0;
  if (outcome.end !== undefined) told.end = outcome.end;
  else if (outcome.type === "next" || outcome.type === "retry") told.end = null;
}

/** Costs an event, so a plain turn tells nothing. */
export function tellOutcome(end: TurnEnd | null): void {
  if (end === null || end.type === "done") return;
  upsertSearchAttributes([{ key: OUTCOME, value: end.type }]);
}

/** The last thing a run does. Throws what makes Temporal show the run as failed. */
export function closeRun(
  outcome: Exclude<StepOutcome, { type: "moved" }>,
  { end, tokens }: TurnTold,
  run: { readonly steps: number; readonly shows_outcome: boolean },
): TurnResult {
  const status = outcome.type === "ended" ? outcome.status : outcome.type;
  if (run.shows_outcome) tellOutcome(end);
  if (run.shows_outcome && end?.type === "error") throw failureOf(end);
  const why = end?.why ?? (status === "deleted" ? "deleted" : "had ended before");
  return { status, why, steps: run.steps, tokens };
}

/** The kind as its type, so that the list can be filtered by it. Nobody tries it again: the chat waits for a message. */
function failureOf(end: TurnEnd): ApplicationFailure {
  const message = end.words ?? wordsOfEnd(end);
  return ApplicationFailure.create({ message, type: end.why, nonRetryable: true });
}
