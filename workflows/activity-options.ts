// Every timeout and retry of the product's activities, each with its reason.
import {
  ActivityCancellationType,
  type ActivityOptions,
  type LocalActivityOptions,
} from "@temporalio/workflow";
import { withJitter } from "../core/chat/retry-delay.ts";

/** Of the worker's environment, handed over at start so that tests on slow machines can give room. */
export interface TimeoutConfig {
  readonly heartbeat_timeout_ms: number;
}

/**
 * Model calls. No schedule limit: a healthy answer may take hours, and time spent waiting for a worker is no fault.
 * Lost workers are Temporal's to retry, without end and at once; the database counts them and gives up after ten.
 */
export function modelCallOptions(config: TimeoutConfig, summary: string): ActivityOptions {
  return {
    startToCloseTimeout: "24 hours",
    heartbeatTimeout: config.heartbeat_timeout_ms,
    retry: { initialInterval: "100 ms", maximumInterval: "5 s", backoffCoefficient: 2 },
    // An activity learns of interrupts from the database. Cancelled by the workflow it would not be retried after its
    // worker's death, and the text in its heartbeat would be gone; so whatever cancels the scope, the call goes on.
    cancellationType: ActivityCancellationType.ABANDON,
    summary,
  };
}

/** Tools: as model calls, since a retry re-attaches to what already runs or finds its result. */
export function toolOptions(config: TimeoutConfig, summary: string): ActivityOptions {
  return modelCallOptions(config, summary);
}

/** Instructions and skills: as model calls, since they are read again after a worker's death. The activity itself gives up after seconds. */
export function contextOptions(config: TimeoutConfig, summary: string): ActivityOptions {
  return modelCallOptions(config, summary);
}

/**
 * Steps of a build: as model calls, since another worker goes on where the dead one was. The build's own clock is in the
 * database, for it runs on while workers change.
 */
export function buildOptions(config: TimeoutConfig, summary: string): ActivityOptions {
  return modelCallOptions(config, summary);
}

/**
 * Stopping and removing. A driver needs seconds, two minutes is a hung one; ten tries span some three minutes, after which
 * the workspace says that it could not be ended, instead of being on its way for ever.
 */
export function endWorkspaceOptions(config: TimeoutConfig, summary: string): ActivityOptions {
  return {
    startToCloseTimeout: "2 minutes",
    heartbeatTimeout: config.heartbeat_timeout_ms,
    retry: {
      initialInterval: "200 ms",
      maximumInterval: "30 s",
      backoffCoefficient: 2.5,
      maximumAttempts: 10,
    },
    cancellationType: ActivityCancellationType.ABANDON,
    summary,
  };
}

/**
 * A request's look at the files of a workspace. The request waits 30 seconds and then gives up, and so does this. Until then another worker
 * goes on where a dead one was: the agent makes a change once.
 */
export function workspaceFilesOptions(config: TimeoutConfig): ActivityOptions {
  return {
    scheduleToCloseTimeout: "30 s",
    heartbeatTimeout: config.heartbeat_timeout_ms,
    retry: { initialInterval: "100 ms", maximumInterval: "2 s", backoffCoefficient: 2 },
    summary: "files of a workspace",
  };
}

/**
 * A terminal. No limit: it is open for as long as somebody uses it. When its worker is lost, or has attended it for a day, another
 * attempt finds the shell again. Cancelled in Temporal, it closes the terminal first.
 */
export function terminalOptions(config: TimeoutConfig): ActivityOptions {
  return {
    startToCloseTimeout: "24 hours",
    heartbeatTimeout: config.heartbeat_timeout_ms,
    retry: { initialInterval: "100 ms", maximumInterval: "5 s", backoffCoefficient: 2 },
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary: "a person's terminal",
  };
}

/**
 * Titles and turn summaries: the model has 30 seconds, the rest is the database's. Four tries within a minute, for a chat
 * without them lacks little; a worker that dies costs one.
 */
export function describeOptions(summary: string): ActivityOptions {
  return {
    startToCloseTimeout: "45 s",
    retry: {
      initialInterval: "1 s",
      maximumInterval: "30 s",
      backoffCoefficient: 4,
      maximumAttempts: 4,
    },
    summary,
  };
}

/**
 * Database-only transitions. A minute each: the store's own limits for statements and connections are shorter, and speak
 * first; an attempt that ended before them would be tried again while its statement still holds a connection. No limit for
 * all tries together: an outage is waited out (SPEC X8). Waits of more than two seconds are timers: tries inside the
 * workflow task's heartbeats would grow the history all the while.
 */
export const transitionOptions: LocalActivityOptions = {
  startToCloseTimeout: "1 minute",
  retry: { initialInterval: "50 ms", maximumInterval: "15 s", backoffCoefficient: 2 },
  localRetryThreshold: "2 s",
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
};

/** The wait before a retry. The sandbox seeds `Math.random` from the run, so a replay waits the same. */
export function jittered(delayMs: number): number {
  return withJitter(delayMs, Math.random());
}
