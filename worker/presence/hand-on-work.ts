// Hands on what a worker that died was doing: its activities fail at once, and Temporal gives them to the living with their last
// heartbeat, instead of after the heartbeat timeout.
import { ActivityNotFoundError, type Client, WorkflowNotFoundError } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import type { temporal } from "@temporalio/proto";
import type { Logger } from "pino";
import type { Failpoint } from "../../platform/failpoint.ts";
import type { Pool } from "../../store/database.ts";
import { listChatsOf, listMovingWorkspaces, type WorkerRow } from "../../store/presence/worker-rows.ts";
import { chatWorkflowId, workspaceWorkflowId } from "../../workflows/contract.ts";
import { newTally, sumOver } from "./sum-over.ts";

export interface HandOnDeps {
  readonly pool: Pool;
  readonly temporal: Client;
  readonly taskQueue: string;
  readonly counts: LostCounts;
  readonly failpoint: Failpoint;
  readonly logger: Logger;
}

/** For the worker's metrics. */
export interface LostCounts {
  workers: number;
  activities: number;
}

/** For one run. A Temporal that does not answer must not hold the lost worker's lock for ever. */
const RUN_MAX_MS = 5_000;
/** For the list of open runs, for the same reason. */
const LIST_MAX_MS = 10_000;
/** Open runs that are looked at although the database says nothing of the lost worker there. */
const OTHER_RUNS_MAX = 500;
/** Temporal's own first wait would be ten times as long. */
const NEXT_TRY_DELAY = "10 ms";

/**
 * `PENDING_ACTIVITY_STATE_SCHEDULED` and `_PAUSED` of Temporal's API: no worker has the activity, so none was lost with it.
 */
const WITHOUT_WORKER: readonly (temporal.api.enums.v1.PendingActivityState | null | undefined)[] = [1, 4];

/**
 * Fails the activities that Temporal has given to the lost workers. The database names the runs in which they may be, Temporal says
 * which worker has what. Temporal fails an activity by its id, whoever has it: one that is begun again between the description and
 * the call loses that attempt. So only one worker does this at a time, and it stops when the signal says that it lost that right.
 * @throws when Temporal or the database cannot be reached for some of the runs, after the others were tried. Then it is to be
 * done again
 */
export async function handOnWork(
  deps: HandOnDeps,
  lost: readonly WorkerRow[],
  signal: AbortSignal,
): Promise<void> {
  const { counts, failpoint, logger } = deps;
  const startedAt = performance.now();
  failpoint("presence:noticed");
  const [chats, workspaces] = await Promise.all([
    listChatsOf(deps.pool, lost),
    listMovingWorkspaces(deps.pool),
  ]);
  const likely = [...chats.map(chatWorkflowId), ...workspaces.map(workspaceWorkflowId)];
  const identities = new Set(lost.map(({ identity }) => identity));
  const tally = newTally();
  const handOn = (workflowId: string) => {
    signal.throwIfAborted();
    return handOnInRun(deps, identities, workflowId);
  };
  await sumOver(likely, handOn, tally);
  const took_ms = Math.round(performance.now() - startedAt);
  // What was done counts, also where the list fails.
  const others = await listOtherRuns(deps, new Set(likely)).catch((error: unknown) => {
    tally.errors.push(error);
    return [];
  });
  await sumOver(others, handOn, tally);
  const { sum: activities, errors } = tally;
  counts.activities += activities;
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} looks at runs failed`);
  counts.workers += lost.length;
  for (const { id: worker_id, identity } of lost)
    logger.warn(
      { worker_id, identity, activities, took_ms },
      "a worker was lost, its activities are handed on",
    );
}

/** Returns how many activities were failed. */
async function handOnInRun(
  deps: HandOnDeps,
  identities: ReadonlySet<string>,
  workflowId: string,
): Promise<number> {
  const { temporal: client } = deps;
  return client.withDeadline(Date.now() + RUN_MAX_MS, async () => {
    const run = await describeRun(client, workflowId);
    const lost = (run?.raw.pendingActivities ?? []).filter(
      ({ state, lastWorkerIdentity }) =>
        identities.has(lastWorkerIdentity ?? "") && !WITHOUT_WORKER.includes(state),
    );
    if (run === null || lost.length === 0) return 0;
    const { runId } = run;
    // All at once: the description is true for a moment only.
    await Promise.all(
      lost.map(({ activityId }) => failActivity(deps, { workflowId, runId, activityId: activityId ?? "" })),
    );
    await forgetCache(client, { workflowId, runId });
    return lost.length;
  });
}

async function describeRun(client: Client, workflowId: string) {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

interface ActivityName {
  readonly workflowId: string;
  readonly runId: string;
  readonly activityId: string;
}

async function failActivity({ temporal: client, failpoint }: HandOnDeps, name: ActivityName): Promise<void> {
  failpoint("presence:handing-on");
  const failure = ApplicationFailure.create({
    message: "the worker that ran it was lost",
    type: "WorkerLost",
    nextRetryDelay: NEXT_TRY_DELAY,
  });
  try {
    await client.activity.fail(name, failure);
  } catch (error) {
    // It has ended, or its heartbeat timeout came first.
    if (!(error instanceof ActivityNotFoundError)) throw error;
  }
}

/** Else the run's next workflow task would first be offered to the dead worker, which has the run in its cache. */
async function forgetCache(client: Client, execution: Omit<ActivityName, "activityId">): Promise<void> {
  const { namespace } = client.options;
  // Without it the next step is a second late, no more.
  await client.workflowService.resetStickyTaskQueue({ namespace, execution }).catch(() => undefined);
}

/**
 * Open runs that the database does not name: titles and summaries, which begin without a row, and turns whose last commit has
 * ended them before Temporal was told.
 */
async function listOtherRuns(
  { temporal: client, taskQueue }: HandOnDeps,
  known: ReadonlySet<string>,
): Promise<string[]> {
  const query = `ExecutionStatus = 'Running' AND TaskQueue = '${taskQueue.replaceAll("'", "''")}'`;
  const found: string[] = [];
  await client.withDeadline(Date.now() + LIST_MAX_MS, async () => {
    for await (const { workflowId } of client.workflow.list({ query, pageSize: OTHER_RUNS_MAX })) {
      if (found.length === OTHER_RUNS_MAX) break;
      if (!known.has(workflowId)) found.push(workflowId);
    }
  });
  return found;
}
