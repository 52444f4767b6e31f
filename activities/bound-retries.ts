// One activity per file. This file: which failures of an activity Temporal retries without end, and which it must not.
import { ApplicationFailure, Context } from "@temporalio/activity";
import { prepareTriesMax } from "../core/limits.ts";
import { isUnavailable } from "../store/database.ts";
import { Stopped } from "./watch-attempt.ts";

/**
 * Wraps an activity: a lost worker or a database out of reach is retried for as long as it takes; anything else is a bug
 * of ours, tried three times and then handed to the workflow, which ends the turn in `error` (SPEC X5).
 */
export function boundRetries<I, O>(activity: (input: I) => Promise<O>): (input: I) => Promise<O> {
  return async (input) => {
    try {
      return await activity(input);
    } catch (error) {
      if (error instanceof ApplicationFailure || error instanceof Stopped || isUnavailable(error))
        throw error;
      if (Context.current().info.attempt < prepareTriesMax) throw error;
      throw ApplicationFailure.create({
        message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
        type: "Bug",
        nonRetryable: true,
        ...(error instanceof Error && { cause: error }),
      });
    }
  };
}
