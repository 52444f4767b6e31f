// Tests: a Temporal that knows one deployment, and remembers what it was told. For decisions about builds; real builds meet a real
// Temporal in test/deploy/rolling-deploy.test.ts.
import type { Client } from "@temporalio/client";
import { SIDE_QUEUES, sideQueue } from "../../../workflows/contract.ts";

export interface PinnedRunTold {
  readonly workflowId: string;
  readonly runId: string;
  readonly build: string;
}

export class ToldTemporal {
  /** The build that gets new runs; empty: workers without a build. */
  current = "";
  /** In order. */
  readonly promoted: string[] = [];
  /** Task queues that the workers of every build poll. */
  polled: readonly string[];
  /** What happens before it makes a build current. A failure refuses it. */
  beforePromotion: () => Promise<void> = async () => undefined;
  runs: readonly PinnedRunTold[] = [];
  readonly signalled: string[] = [];
  readonly terminated: string[] = [];
  /** How often it was asked which build is current. */
  looks = 0;
  readonly #taskQueue: string;

  constructor(taskQueue: string) {
    this.#taskQueue = taskQueue;
    this.polled = [taskQueue, ...SIDE_QUEUES.map((queue) => sideQueue(taskQueue, queue))];
  }

  get client(): Client {
    return {
      options: { namespace: "default", identity: "test" },
      workflowService: this.#service(),
      workflow: this.#workflow(),
      withDeadline: <T>(_deadline: number, work: () => Promise<T>) => work(),
    } as unknown as Client;
  }

  #service() {
    return {
      describeTaskQueue: async () => {
        this.looks += 1;
        const isVersioned = this.current !== "";
        return { versioningInfo: isVersioned ? { currentDeploymentVersion: { buildId: this.current } } : {} };
      },
      describeWorkerDeploymentVersion: async () => ({
        workerDeploymentVersionInfo: { taskQueueInfos: this.polled.map((name) => ({ name })) },
      }),
      setWorkerDeploymentCurrentVersion: async ({ buildId }: { buildId: string }) => {
        await this.beforePromotion();
        this.promoted.push(buildId);
        this.current = buildId;
      },
    };
  }

  #workflow() {
    const version = (build: string) => ({ TemporalWorkerDeploymentVersion: [`${this.#taskQueue}:${build}`] });
    const listed = () => this.runs.map((run) => ({ ...run, searchAttributes: version(run.build) }));
    return {
      async *list() {
        yield* listed();
      },
      getHandle: (_workflowId: string, runId: string) => ({
        signal: async () => void this.signalled.push(runId),
        terminate: async () => void this.terminated.push(runId),
      }),
    };
  }
}
