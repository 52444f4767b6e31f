// The worker is a composition root. This file: the SDK's workers of this process, one for each task queue.
import { type NativeConnection, Worker } from "@temporalio/worker";
import type { Config } from "../platform/config/config.ts";
import type { Failpoint } from "../platform/failpoint.ts";
import { SIDE_QUEUES, sideQueue } from "../workflows/contract.ts";
import type { AllActivities } from "./create-activities.ts";
import { failpointSinks } from "./workflow/failpoint-sinks.ts";
import { workflowBundlePath } from "./workflow/workflow-bundle.ts";

/** Heartbeats leave at once; the part stream paces itself (with the SDK's default they would wait for seconds). */
const HEARTBEAT_THROTTLE_MS = 50;
/** A worker that took a workflow's cache with it delays the next task of that workflow by this much. */
const STICKY_TIMEOUT_MS = 1_000;
/** Tools, builds and phrases come one by one, not in bursts. */
const SIDE_POLLS_MAX = 5;

interface WorkerParts {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly activities: AllActivities;
  readonly failpoint: Failpoint;
}

/** One for turns, and one for each of the queues beside it, so that what waits for another holds none of the other's slots. */
export async function createWorkers(config: Config, parts: WorkerParts): Promise<Worker[]> {
  const codePath = await workflowBundlePath(`${config.dataDir}/bundles`);
  const shared = {
    connection: parts.connection,
    namespace: parts.namespace,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    shutdownGraceTime: config.shutdownGraceMs,
  };
  const turns = Worker.create({
    ...shared,
    // Also what has queues beside: a run begun by an older version may have asked for it here.
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
