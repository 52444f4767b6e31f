// Tests: the turn workflow on a real Temporal, its activities answering from a list. What is tested is control flow.
import { randomUUID } from "node:crypto";
import { Client, Connection, WorkflowFailedError, type WorkflowHandle } from "@temporalio/client";
import { NativeConnection } from "@temporalio/worker";
import type { Activities, LocalActivities, LookAtAgentsOutput } from "../../../activities/contract.ts";
import type { StepOutcome } from "../../../core/chat/step-outcome.ts";
import {
  CHAT_TURN,
  type ChatSignal,
  type ChatTurnInput,
  chatWorkflowId,
  type SideQueue,
} from "../../../workflows/contract.ts";
import { testTemporalAddress } from "../database.ts";
import { quietRuntime, testWorkflowBundle } from "../temporal-in-process.ts";
import { type ScriptedWorkers, startScriptedWorkers } from "./test-workers.ts";

/** What an activity is to answer: an outcome, an error to throw, or a function that waits for the test. */
type Answer = StepOutcome | Error | (() => Promise<StepOutcome>);

/** Answers of a run, by activity, in order of the calls. */
export interface Script {
  readonly callModel?: readonly Answer[];
  readonly compactHistory?: readonly Answer[];
  readonly persistContext?: readonly Answer[];
  readonly settleTools?: readonly Answer[];
  readonly settleWait?: readonly Answer[];
  readonly finishInterruption?: readonly Answer[];
  readonly recordCrash?: readonly Answer[];
  readonly runTool?: (toolName: string) => Promise<void>;
  /** Tools of this name leave no result yet: the turn waits for a subagent. */
  readonly waits?: { readonly tool_name: string; readonly left_ms: number };
  /** A tool of this name asks people something when it runs for the first time. */
  readonly asks?: string;
  /** None, unless the script says which. */
  readonly findBegunCalls?: () => Promise<readonly string[]>;
  readonly lookAtAgents?: () => Promise<LookAtAgentsOutput["waiting"]>;
  /** No worker takes tool calls. */
  readonly runsNoTools?: boolean;
  readonly requestInterrupt?: () => Promise<void>;
  readonly handOver?: () => Promise<void>;
}

export interface TestTemporal {
  readonly client: Client;
  readonly connection: NativeConnection;
  readonly bundle: { readonly codePath: string };
  /** The workers that all scripted runs with these queues share. */
  scripted(activities: object, beside: readonly SideQueue[]): Promise<ScriptedWorkers>;
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
  const workers = new Map<string, Promise<ScriptedWorkers>>();
  return {
    connection,
    bundle,
    client: new Client({ connection: clientConnection }),
    scripted(activities, beside) {
      const names = Object.keys(activities);
      const key = [...names, ...beside].join();
      const started = workers.get(key) ?? startScriptedWorkers({ connection, bundle }, names, beside);
      workers.set(key, started);
      return started;
    },
    async close() {
      await Promise.all([...workers.values()].map(async (started) => (await started).close()));
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
    persistContext: answers("persistContext"),
    settleTools: answers("settleTools"),
    settleWait: answers("settleWait"),
    async findBegunCalls(input) {
      calls.push(`findBegunCalls:${input.turn_id}`);
      return (await script.findBegunCalls?.()) ?? [];
    },
    async lookAtAgents(input) {
      calls.push(`lookAtAgents:${input.turn_id}`);
      return { waiting: (await script.lookAtAgents?.()) ?? [] };
    },
    finishInterruption: answers("finishInterruption"),
    recordCrash: answers("recordCrash"),
    async handOver(input) {
      calls.push(`handOver:${input.turn_id}`);
      await script.handOver?.();
    },
    async requestInterrupt(input) {
      calls.push(`requestInterrupt:${input.turn_id}`);
      await script.requestInterrupt?.();
    },
    async runTool(input) {
      calls.push(`runTool:${input.tool_name}`);
      await script.runTool?.(input.tool_name);
      const done = { tool_name: input.tool_name, is_error: false, duration_ms: 0 };
      const isFirst = calls.filter((call) => call === `runTool:${input.tool_name}`).length === 1;
      if (script.asks === input.tool_name && isFirst) return { ...done, asks: true };
      const { waits } = script;
      if (waits?.tool_name !== input.tool_name) return done;
      return { ...done, waits: { chat_id: "child", left_ms: waits.left_ms } };
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
  const calls: string[] = [];
  const activities = scripted(script, calls);
  const workers = await temporal.scripted(activities, script.runsNoTools === true ? [] : ["tools"]);
  workers.play(chatWorkflowId(chat_id), activities);
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
    taskQueue: workers.taskQueue,
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
  await during(run);
  // A turn that ends in an error fails its run.
  await handle.result().catch((error: unknown) => {
    if (!(error instanceof WorkflowFailedError)) throw error;
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
  const { taskQueue } = await temporal.scripted({}, []);
  const started = temporal.client.workflow.execute(type, { workflowId, taskQueue, args: [...args] });
  const failed = await started.then(
    () => null,
    (error: unknown) => error,
  );
  return failed instanceof WorkflowFailedError
    ? String(failed.cause?.message)
    : `no failure: ${String(failed)}`;
}
