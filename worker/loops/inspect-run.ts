// Looks at a workflow's run, for the loops that repair. If workflow tasks of a run fail, the run is open but goes
// nowhere: Temporal tries the task again for ever, and nothing in our code could end it.
import { type Client, WorkflowNotFoundError } from "@temporalio/client";
import type { temporal } from "@temporalio/proto";

export type RunState =
  | { readonly type: "none" }
  | { readonly type: "open" }
  /** Its workflow tasks fail, or it waits for an activity that no worker knows. `isAtWork`: a worker still runs one of its activities, which may end well. */
  | {
      readonly type: "wedged";
      readonly run_id: string;
      readonly isAtWork: boolean;
      /** The history was written by other code than that of the workers: a fresh run may well go on. */
      readonly isOfOtherCode: boolean;
      /** The build that it is pinned to; empty: none. */
      readonly build_id: string;
      readonly words: string;
    };

/** Three failures in a row are no accident: the first two follow each other at once, the third comes seconds later. */
const FAILED_TASKS_MIN = 3;
/** A task that times out lost its worker, or ran on a machine that stood still. That can happen to a healthy run. */
const LOST_TASKS_MIN = 20;
/** How many of the newest events are searched for the failure of the task. Only signals can come after it. */
const EVENTS_LOOKED_AT = 50;

/**
 * `PENDING_ACTIVITY_STATE_STARTED` of Temporal's API. An activity in another state waits for a worker or for its next try,
 * and its run could not use the result.
 */
const ACTIVITY_STARTED: temporal.api.enums.v1.PendingActivityState = 2;

/** `WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR` of Temporal's API. */
const NON_DETERMINISTIC_ERROR: temporal.api.enums.v1.WorkflowTaskFailedCause = 24;

/** Ids that one list of Temporal's is asked for. Longer queries are refused. */
const LISTED_MAX = 100;

/** Which of the workflows have an open run, by Temporal's list. A run of the last seconds may be missing from it. */
export async function openRunsOf(client: Client, workflowIds: readonly string[]): Promise<Set<string>> {
  const open = new Set<string>();
  for (let first = 0; first < workflowIds.length; first += LISTED_MAX) {
    const ids = workflowIds.slice(first, first + LISTED_MAX).map((id) => `'${id}'`);
    const query = `ExecutionStatus = 'Running' AND WorkflowId IN (${ids.join(", ")})`;
    for await (const { workflowId } of client.workflow.list({ query, pageSize: LISTED_MAX }))
      open.add(workflowId);
  }
  return open;
}

export async function inspectRun(client: Client, workflowId: string): Promise<RunState> {
  try {
    const { status, runId, raw } = await client.workflow.getHandle(workflowId).describe();
    if (status.name !== "RUNNING") return { type: "none" };
    const attempt = raw.pendingWorkflowTask?.attempt ?? 0;
    const unknown = unknownActivity(raw.pendingActivities ?? []);
    if (attempt < FAILED_TASKS_MIN && unknown === null) return { type: "open" };
    const failure = unknown ?? (await newestFailure(client, { workflowId, runId }));
    if (failure === null && attempt < LOST_TASKS_MIN) return { type: "open" };
    return {
      type: "wedged",
      run_id: runId,
      isAtWork: raw.pendingActivities?.some(({ state }) => state === ACTIVITY_STARTED) ?? false,
      isOfOtherCode: failure?.isOfOtherCode ?? false,
      build_id: raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? "",
      words: failure?.words ?? `its workflow task was lost ${attempt - 1} times`,
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { type: "none" };
    throw error;
  }
}

interface TaskFailure {
  readonly words: string;
  readonly isOfOtherCode: boolean;
}

/**
 * An activity that no worker of today knows: another build has scheduled it, and it would be tried for ever. The type and the words
 * of the failure are those of Temporal's SDK.
 */
function unknownActivity(
  pending: readonly temporal.api.workflow.v1.IPendingActivityInfo[],
): TaskFailure | null {
  for (const { attempt, lastFailure } of pending) {
    const words = lastFailure?.message ?? "";
    const isUnknown =
      lastFailure?.applicationFailureInfo?.type === "NotFoundError" && words.includes("is not registered on");
    if (isUnknown && (attempt ?? 0) > FAILED_TASKS_MIN) return { words, isOfOtherCode: true };
  }
  return null;
}

/** Why the newest workflow task failed; null if it timed out. */
async function newestFailure(
  { workflowService, options }: Client,
  execution: { readonly workflowId: string; readonly runId: string },
): Promise<TaskFailure | null> {
  const { history } = await workflowService.getWorkflowExecutionHistoryReverse({
    namespace: options.namespace,
    execution,
    maximumPageSize: EVENTS_LOOKED_AT,
  });
  for (const event of history?.events ?? []) {
    const failed = event.workflowTaskFailedEventAttributes;
    if (failed != null) {
      const isOfOtherCode = failed.cause === NON_DETERMINISTIC_ERROR;
      return { words: failed.failure?.message ?? "unknown", isOfOtherCode };
    }
    if (event.workflowTaskTimedOutEventAttributes != null) return null;
  }
  return null;
}

/** Ends a run that goes nowhere. Signals to it are lost, so the caller must note the result in the database. */
export async function terminateWedged(
  client: Client,
  workflowId: string,
  { run_id, words }: Extract<RunState, { type: "wedged" }>,
): Promise<void> {
  const reason = `its workflow tasks failed again and again: ${words}`.slice(0, 500);
  try {
    await client.workflow.getHandle(workflowId, run_id).terminate(reason);
  } catch (error) {
    // It has ended in the meantime.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
