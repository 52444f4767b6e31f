// The running attempt of an activity: the name under which its outcome is remembered, and the failures by which it is
// handed on to another worker.
import { ApplicationFailure, Context } from "@temporalio/activity";
import type { OutcomeKey } from "../../core/chat/step-outcome.ts";
import type { TurnRef } from "../contract.ts";

/** Local activities count their ids apart from the others. */
export function outcomeKey({ chat_id, turn_id }: TurnRef): OutcomeKey {
  const { workflowExecution, activityId, isLocal } = Context.current().info;
  const activity_id = isLocal ? `local-${activityId}` : activityId;
  return { chat_id, turn_id, run_id: workflowExecution?.runId ?? "", activity_id };
}

/** How soon the next worker takes over what this one hands on at its shutdown. */
const HAND_OVER_DELAY = "10 ms";

/** This worker shuts down, and what it was doing goes on elsewhere. @param what `call`, `build` */
export function workerShutdown(what: string): ApplicationFailure {
  return ApplicationFailure.create({
    message: `this worker shuts down; the ${what} goes on elsewhere`,
    type: "WorkerShutdown",
    nextRetryDelay: HAND_OVER_DELAY,
  });
}

/**
 * This attempt was given up, and another one has begun. Usually nobody reads the failure. Where Temporal's clock was set
 * back, it makes Temporal try again later.
 */
export function staleAttempt(): ApplicationFailure {
  return ApplicationFailure.create({ message: "an attempt scheduled later has begun", type: "StaleAttempt" });
}
