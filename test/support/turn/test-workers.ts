// Tests: workers in this process, and those that all scripted runs of a file share. Making one costs more than most runs, so an
// activity of a scripted run is answered from the script of its own workflow.
import { randomUUID } from "node:crypto";
import { Context } from "@temporalio/activity";
import { type NativeConnection, Worker, type WorkerOptions } from "@temporalio/worker";
import { failpointSinks } from "../../../worker/workflow/failpoint-sinks.ts";
import { type SideQueue, sideQueue } from "../../../workflows/contract.ts";

export interface WorkersTemporal {
  readonly connection: NativeConnection;
  readonly bundle: { readonly codePath: string };
}

export interface TestWorkers {
  run(): Promise<void>;
  shutdown(): void;
}

/** Workers of a task queue and of these queues beside it, as a worker process has them. */
export async function createWorkers(
  temporal: WorkersTemporal,
  taskQueue: string,
  {
    activities,
    beside,
    ...options
  }: Pick<WorkerOptions, "shutdownGraceTime" | "stickyQueueScheduleToStartTimeout"> & {
    readonly activities: object;
    readonly beside: readonly SideQueue[];
  },
): Promise<TestWorkers> {
  const { connection, bundle: workflowBundle } = temporal;
  const shared = { connection, activities, ...options };
  const sinks = failpointSinks(() => undefined);
  const workers = await Promise.all([
    Worker.create({ ...shared, taskQueue, workflowBundle, sinks }),
    ...beside.map((queue) => Worker.create({ ...shared, taskQueue: sideQueue(taskQueue, queue) })),
  ]);
  return {
    run: async () => void (await Promise.all(workers.map((worker) => worker.run()))),
    shutdown: () => workers.forEach((worker) => worker.shutdown()),
  };
}

type Activity = (input: never) => Promise<unknown>;
type Activities = Readonly<Record<string, Activity>>;

export interface ScriptedWorkers {
  readonly taskQueue: string;
  /** From now on the activities of this workflow are these. They need the names of the first ones. */
  play(workflowId: string, activities: object): void;
  close(): Promise<void>;
}

/** Workers of a new task queue and of these queues beside it. `names` has the names of the activities. */
export async function startScriptedWorkers(
  temporal: WorkersTemporal,
  names: readonly string[],
  beside: readonly SideQueue[],
): Promise<ScriptedWorkers> {
  const taskQueue = `scripted-${randomUUID()}`;
  const scripts = new Map<string, Activities>();
  const answer = (name: string) => (input: never) => {
    const { workflowId } = Context.current().info.workflowExecution ?? { workflowId: "" };
    const activity = scripts.get(workflowId)?.[name];
    if (activity === undefined) throw new Error(`${workflowId} has no script for ${name}`);
    return activity(input);
  };
  const activities = Object.fromEntries(names.map((name) => [name, answer(name)]));
  const workers = await createWorkers(temporal, taskQueue, { activities, beside });
  const running = workers.run();
  return {
    taskQueue,
    play: (workflowId, script) => scripts.set(workflowId, script as Activities),
    async close() {
      workers.shutdown();
      await running;
    },
  };
}
