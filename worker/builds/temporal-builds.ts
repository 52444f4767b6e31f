// What Temporal knows about builds: which one gets new runs, and which runs are pinned to others.
import type { Client } from "@temporalio/client";
import type { temporal } from "@temporalio/proto";
import { UNVERSIONED } from "../../store/presence/worker-builds.ts";
import { SIDE_QUEUES, sideQueue } from "../../workflows/contract.ts";

/** `TASK_QUEUE_TYPE_WORKFLOW` of Temporal's API. */
const WORKFLOW_QUEUE: temporal.api.enums.v1.TaskQueueType = 1;
const VERSION_ATTRIBUTE = "TemporalWorkerDeploymentVersion";
/** Codes of gRPC: a build is unknown until its first polls have been noted, and a set that others change meanwhile is refused. */
const NOT_YET_CODES: readonly unknown[] = [5, 9, 10, 14];
const TRY_AGAIN_MS = 100;

/** The name of the Worker Deployment. Temporal allows neither dots nor colons in it. */
export function deploymentName(taskQueue: string): string {
  return taskQueue.replaceAll(/[.:]/g, "-");
}

/** The build that gets new runs. */
export async function readCurrentBuild(client: Client, taskQueue: string): Promise<string> {
  const { versioningInfo } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: WORKFLOW_QUEUE,
  });
  return versioningInfo?.currentDeploymentVersion?.buildId ?? UNVERSIONED;
}

export interface CurrentBuildInput {
  readonly build_id: string;
  /** Which queues its workers must poll: all that this version knows, or only the one where turns begin. */
  readonly queues: "all" | "main";
  readonly withinMs: number;
}

/**
 * From now on new runs go to this build, and runs that are not pinned move to it.
 * @throws if Temporal does not accept it within `withinMs`
 */
export async function setCurrentBuild(
  client: Client,
  taskQueue: string,
  { build_id, queues, withinMs }: CurrentBuildInput,
): Promise<void> {
  const beside = queues === "all" ? SIDE_QUEUES.map((queue) => sideQueue(taskQueue, queue)) : [];
  await untilAccepted(withinMs, async () => {
    if (build_id !== UNVERSIONED)
      await requireQueues(client, { taskQueue, build_id, names: [taskQueue, ...beside] });
    await client.workflowService.setWorkerDeploymentCurrentVersion({
      namespace: client.options.namespace,
      deploymentName: deploymentName(taskQueue),
      buildId: build_id,
      identity: client.options.identity,
      // A build to go back to may lack a queue that a later one has added.
      ignoreMissingTaskQueues: true,
    });
  });
}

class QueuesMissing extends Error {}

interface RequireQueuesInput {
  readonly taskQueue: string;
  readonly build_id: string;
  readonly names: readonly string[];
}

/** The queues must be polled first: an activity on another one would go to no build, and wait for ever. */
async function requireQueues(
  client: Client,
  { taskQueue, build_id, names }: RequireQueuesInput,
): Promise<void> {
  const { workerDeploymentVersionInfo: info } = await client.workflowService.describeWorkerDeploymentVersion({
    namespace: client.options.namespace,
    deploymentVersion: { deploymentName: deploymentName(taskQueue), buildId: build_id },
  });
  const polled = new Set((info?.taskQueueInfos ?? []).map(({ name }) => name));
  const missing = names.filter((name) => !polled.has(name));
  if (missing.length > 0) throw new QueuesMissing(`no worker of the build polls ${missing.join(", ")}`);
}

async function untilAccepted(withinMs: number, attempt: () => Promise<void>): Promise<void> {
  const endsAt = performance.now() + withinMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const isNotYet = error instanceof QueuesMissing || NOT_YET_CODES.includes(codeOf(error));
      if (!isNotYet || performance.now() > endsAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS));
    }
  }
}

function codeOf(error: unknown): unknown {
  if (typeof error !== "object" || error === null) return undefined;
  if ("code" in error) return error.code;
  return "cause" in error ? codeOf(error.cause) : undefined;
}

export interface PinnedRun {
  readonly workflow_id: string;
  readonly run_id: string;
  readonly build_id: string;
}

/** Open runs that are pinned to a build, by Temporal's list. A run of the last seconds may be missing from it. */
export async function listPinnedRuns(
  client: Client,
  taskQueue: string,
  { except, max }: { readonly except: string | null; readonly max: number },
): Promise<PinnedRun[]> {
  const name = deploymentName(taskQueue);
  const query = [
    // Not by the attribute of the deployment: Temporal leaves that one empty until a run that continues as new, and so
    // inherits its pin, has had its first task. Exactly such a run may wait for a build that is gone.
    `${VERSION_ATTRIBUTE} STARTS_WITH ${quoted(`${name}:`)}`,
    "TemporalWorkflowVersioningBehavior = 'Pinned'",
    "ExecutionStatus = 'Running'",
    ...(except === null || except === UNVERSIONED
      ? []
      : [`${VERSION_ATTRIBUTE} != ${quoted(`${name}:${except}`)}`]),
  ].join(" AND ");
  const runs: PinnedRun[] = [];
  for await (const run of client.workflow.list({ query, pageSize: max })) {
    const [version] = run.searchAttributes[VERSION_ATTRIBUTE] ?? [];
    const build_id = String(version ?? "").slice(name.length + 1);
    if (build_id !== "") runs.push({ workflow_id: run.workflowId, run_id: run.runId, build_id });
    if (runs.length >= max) break;
  }
  return runs;
}

/** How many open runs are pinned to this build. */
export async function countPinnedRuns(client: Client, taskQueue: string, buildId: string): Promise<number> {
  const version = `${deploymentName(taskQueue)}:${buildId}`;
  const { count } = await client.workflow.count(
    `${VERSION_ATTRIBUTE} = ${quoted(version)} AND TemporalWorkflowVersioningBehavior = 'Pinned' AND ExecutionStatus = 'Running'`,
  );
  return count;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
