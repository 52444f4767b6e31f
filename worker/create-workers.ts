// Creates the SDK's workers of this process, one for each task queue.
import { type NativeConnection, Worker, type WorkerDeploymentOptions } from "@temporalio/worker";
import type { Config } from "../platform/config/config.ts";
import type { Failpoint } from "../platform/failpoint.ts";
import { UNVERSIONED } from "../store/presence/worker-builds.ts";
import { SIDE_QUEUES, sideQueue } from "../workflows/contract.ts";
import { deploymentName } from "./builds/temporal-builds.ts";
import type { AllActivities } from "./create-activities.ts";
import { failpointSinks } from "./workflow/failpoint-sinks.ts";
import { workflowBundlePath } from "./workflow/workflow-bundle.ts";

/** Heartbeats leave at once, because the part stream paces itself. With the SDK's default they would wait for seconds. */
const HEARTBEAT_THROTTLE_MS = 50;
/** If a worker disappears with a workflow's cache, the next task of that workflow is delayed by this much. */
const STICKY_TIMEOUT_MS = 1_000;
/** Tools, builds and phrases come one by one, not in bursts. */
const SIDE_POLLS_MAX = 5;

interface WorkerParts {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** By which Temporal knows this process: whoever notices its death finds its activities by it. */
  readonly identity: string;
  readonly activities: AllActivities;
  readonly failpoint: Failpoint;
  /** Empty: workers without a build. */
  readonly buildId: string;
}

/**
 * One for turns, and one for each queue beside it, so that work which waits for other work never holds that work's
 * slots.
 */
export async function createWorkers(config: Config, parts: WorkerParts): Promise<Worker[]> {
  const codePath = await workflowBundlePath(`${config.dataDir}/bundles`);
  const shared = {
    connection: parts.connection,
    namespace: parts.namespace,
    identity: parts.identity,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    shutdownGraceTime: config.shutdownGraceMs,
    ...(parts.buildId !== UNVERSIONED && { workerDeploymentOptions: deploymentOf(config, parts.buildId) }),
  };
  const turns = Worker.create({
    ...shared,
    // Includes activities that have their own queue: a run of an older version may have asked for them here.
    activities: { ...parts.activities },
    taskQueue: config.taskQueue,
    workflowBundle: { codePath },
    sinks: failpointSinks(parts.failpoint),
    stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT_MS,
    maxConcurrentActivityTaskExecutions: config.workerSlots,
  });
  const beside = SIDE_QUEUES.map((queue) =>
    Worker.create({
      ...shared,
      activities: { ...parts.activities },
      taskQueue: sideQueue(config.taskQueue, queue),
      maxConcurrentActivityTaskExecutions: config.sideSlots[queue],
      maxConcurrentActivityTaskPolls: Math.min(SIDE_POLLS_MAX, config.sideSlots[queue]),
    }),
  );
  return Promise.all([turns, ...beside]);
}

/** Turns pin themselves to their build (workflows/turn/hand-over.ts); whatever else runs moves to the current one. */
function deploymentOf({ taskQueue }: Config, buildId: string): WorkerDeploymentOptions {
  const version = { deploymentName: deploymentName(taskQueue), buildId };
  return { useWorkerVersioning: true, version, defaultVersioningBehavior: "AUTO_UPGRADE" };
}
