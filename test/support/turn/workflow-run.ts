// Tests: the turn workflow on a real Temporal, its activities answering from a list. What is tested is control flow.
import { randomUUID } from "node:crypto";
import { Client, Connection, WorkflowFailedError, type WorkflowHandle } from "@temporalio/client";
import { NativeConnection, Worker, type WorkerOptions } from "@temporalio/worker";
import type { Activities, LocalActivities } from "../../../activities/contract.ts";
import type { StepOutcome } from "../../../core/chat/step-outcome.ts";
import { failpointSinks } from "../../../worker/workflow/failpoint-sinks.ts";
import {
  CHAT_TURN,
  type ChatSignal,
  type ChatTurnInput,
  chatWorkflowId,
  type SideQueue,
  sideQueue,
} from "../../../workflows/contract.ts";
import { testTemporalAddress } from "../database.ts";
import { quietRuntime, testWorkflowBundle } from "../temporal-in-process.ts";

/** What an activity is to answer: an outcome, an error to throw, or a function that waits for the test. */
type Answer = StepOutcome | Error | (() => Promise<StepOutcome>);

/** Answers of a run, by activity, in order of the calls. */
export interface Script {
  readonly callModel?: readonly Answer[];
  readonly compactHistory?: readonly Answer[];
  readonly settleTools?: readonly Answer[];
  readonly finishInterruption?: readonly Answer[];
  readonly recordCrash?: readonly Answer[];
  readonly runTool?: (toolName: string) => Promise<void>;
  /** None, unless the script says which. */
  readonly findBegunCalls?: () => Promise<readonly string[]>;
  /** No worker takes tool calls. */
  readonly runsNoTools?: boolean;
  readonly requestInterrupt?: () => Promise<void>;
}

export interface TestTemporal {
  readonly client: Client;
  readonly connection: NativeConnection;
  readonly bundle: { readonly codePath: string };
  close(): Promise<void>;
}

export async function openTemporal(): Promise<TestTemporal> {
  const address = testTemporalAddress();
  quietRuntime();
  const [connection, clientConnection, bundle] = await Promise.all([
    NativeConnection.connect({ address }),
    Connection.connect({ address }),
    testWorkflowBundle(),
  ]);
  return {
    connection,
    bundle,
    client: new Client({ connection: clientConnection }),
    async close() {
      await Promise.all([connection.close(), clientConnection.close()]);
    },
  };
}

export interface TurnRun {
  readonly handle: WorkflowHandle;
  /** Of the turn's own run, whatever run continues it. */
  readonly first: WorkflowHandle;
  /** Names of the activities as they were called, with the turn they were called for. */
  readonly calls: readonly string[];
  signal(name: ChatSignal, version: number, turn_id?: number): Promise<void>;
}

function scripted(script: Script, calls: string[]): Activities & LocalActivities {
  const answers = (name: keyof Script) => {
    const left = [...((script[name] as readonly Answer[] | undefined) ?? [])];
    return async (input: { turn_id: number }): Promise<StepOutcome> => {
      calls.push(`${name}:${input.turn_id}`);
      const answer = left.shift();
      if (answer === undefined) throw new Error(`${name} was called once more than the script says`);
      if (answer instanceof Error) throw answer;
      return typeof answer === "function" ? answer() : answer;
    };
  };
  return {
    callModel: answers("callModel"),
    compactHistory: answers("compactHistory"),
    settleTools: answers("settleTools"),
    async findBegunCalls(input) {
      calls.push(`findBegunCalls:${input.turn_id}`);
      return (await script.findBegunCalls?.()) ?? [];
    },
    finishInterruption: answers("finishInterruption"),
    recordCrash: answers("recordCrash"),
    async requestInterrupt(input) {
      calls.push(`requestInterrupt:${input.turn_id}`);
      await script.requestInterrupt?.();
    },
    async runTool(input) {
      calls.push(`runTool:${input.tool_name}`);
      await script.runTool?.(input.tool_name);
      return { tool_name: input.tool_name, is_error: false, duration_ms: 0 };
    },
  };
}

export interface TestWorkers {
  run(): Promise<void>;
  shutdown(): void;
  /** Works until this has ended. */
  runUntil<T>(work: () => Promise<T>): Promise<T>;
}

/** Workers of a task queue and of these queues beside it, as a worker process has them. */
export async function createWorkers(
  temporal: Pick<TestTemporal, "connection" | "bundle">,
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
  const shutdown = () => workers.forEach((worker) => worker.shutdown());
  const run = async () => void (await Promise.all(workers.map((worker) => worker.run())));
  return {
    run,
    shutdown,
    async runUntil(work) {
      const running = run();
      try {
        return await work();
      } finally {
        shutdown();
        await running;
      }
    },
  };
}

/** Starts turn 1 of a chat with a signal of version 1, as the API does, and hands the run to `during`. */
export async function runTurn(
  temporal: TestTemporal,
  script: Script,
  during: (run: TurnRun) => Promise<void> = async () => undefined,
): Promise<TurnRun> {
  const chat_id = randomUUID();
  const taskQueue = `turn-${chat_id}`;
  const calls: string[] = [];
  const activities = scripted(script, calls);
  const beside: SideQueue[] =
    script.settleTools === undefined || script.runsNoTools === true ? [] : ["tools"];
  const worker = await createWorkers(temporal, taskQueue, { activities, beside });
  const input: ChatTurnInput = {
    chat_id,
    owner_id: "owner",
    turn_id: 1,
    title: "",
    model: "demo",
    shows_outcome: true,
    heartbeat_timeout_ms: 60_000,
    tools_stop_max_ms: 100,
  };
  const handle = await temporal.client.workflow.signalWithStart(CHAT_TURN, {
    workflowId: chatWorkflowId(chat_id),
    taskQueue,
    args: [input],
    signal: "messageQueued",
    signalArgs: [{ turn_id: 1, version: 1 }],
    workflowTaskTimeout: "10 s",
  });
  const latest = temporal.client.workflow.getHandle(chatWorkflowId(chat_id));
  const run: TurnRun = {
    handle: latest,
    first: temporal.client.workflow.getHandle(handle.workflowId, handle.signaledRunId, { followRuns: false }),
    calls,
    signal: (name, version, turn_id = 1) => latest.signal(name, { turn_id, version }),
  };
  await worker.runUntil(async () => {
    await during(run);
    // A turn that ends in an error fails its run.
    await handle.result().catch((error: unknown) => {
      if (!(error instanceof WorkflowFailedError)) throw error;
    });
  });
  return run;
}

/** Starts a workflow with these arguments, as anybody can, and resolves with the words it fails with. */
export async function untilFailedInput(
  temporal: TestTemporal,
  type: string,
  args: readonly unknown[],
): Promise<string> {
  const workflowId = `odd-${randomUUID()}`;
  const { connection, client } = temporal;
  const options = { connection, taskQueue: workflowId, workflowBundle: temporal.bundle };
  const worker = await Worker.create({ ...options, sinks: failpointSinks(() => undefined) });
  return worker.runUntil(async () => {
    const started = client.workflow.execute(type, { workflowId, taskQueue: workflowId, args: [...args] });
    const failed = await started.then(
      () => null,
      (error: unknown) => error,
    );
    return failed instanceof WorkflowFailedError
      ? String(failed.cause?.message)
      : `no failure: ${String(failed)}`;
  });
}
