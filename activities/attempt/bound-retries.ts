// Decides which failures of an activity Temporal retries without end, and which it must not retry.
import { setTimeout as sleep } from "node:timers/promises";
import { ApplicationFailure } from "@temporalio/activity";
import { prepareTriesMax } from "../../core/chat/limits.ts";
import { isOutage } from "../../platform/classify-failure.ts";
import { Stopped } from "./watch.ts";

/** As Temporal would wait between the tries of an activity. */
const WAIT_FIRST_MS = 100;

/**
 * Wraps an activity: a lost worker or an outage is retried by Temporal for as long as it takes (SPEC X8); anything else is a
 * bug of ours, tried three times and then handed to the workflow, which ends the turn in `error` (SPEC X5). The tries are
 * counted here, within one attempt: the number that Temporal gives also counts deploys, lost workers and outages (SPEC X1).
 */
export function boundRetries<I, O>(activity: (input: I) => Promise<O>): (input: I) => Promise<O> {
  return async (input) => {
    for (let tries = 1; ; tries++) {
      try {
        return await activity(input);
      } catch (error) {
        if (isTemporalsToRetry(error)) throw error;
        if (tries >= prepareTriesMax) throw bugFailure(error);
      }
      await sleep(WAIT_FIRST_MS * 2 ** (tries - 1));
    }
  };
}

type AnyActivities<T> = { readonly [Name in keyof T]: (input: never) => Promise<unknown> };

/** The same of several: local activities have no other end to their tries. */
export function boundEach<T extends AnyActivities<T>>(activities: T): T {
  const entries = Object.entries<(input: never) => Promise<unknown>>(activities);
  return Object.fromEntries(entries.map(([name, activity]) => [name, boundRetries(activity)])) as T;
}

function isTemporalsToRetry(error: unknown): boolean {
  return error instanceof ApplicationFailure || error instanceof Stopped || isOutage(error);
}

function bugFailure(error: unknown): ApplicationFailure {
  return ApplicationFailure.create({
    message: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
    type: "Bug",
    nonRetryable: true,
    ...(error instanceof Error && { cause: error }),
  });
}
