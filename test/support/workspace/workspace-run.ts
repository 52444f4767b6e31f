// Tests: the workspace's workflow on a real Temporal, its activities answering from a list. What is tested is control flow.
import { randomUUID } from "node:crypto";
import { WorkflowFailedError, type WorkflowHandle } from "@temporalio/client";
import type {
  ConnectOutcome,
  LocalWorkspaceActivities,
  NextWorkspaceStepOutput,
  WorkspaceActivities,
} from "../../../activities/contract.ts";
import {
  WISH_CHANGED,
  WORKSPACE,
  type WorkspaceInput,
  workspaceWorkflowId,
} from "../../../workflows/contract.ts";
import type { TestTemporal } from "../turn/workflow-run.ts";

type Answer<T> = T | Error | (() => Promise<T>);

/** Answers of a run. Steps in order of the calls; activities without an answer are done at once. */
export interface WorkspaceScript {
  readonly steps: readonly Answer<NextWorkspaceStepOutput>[];
  readonly provisionWorkspace?: Answer<{ readonly type: "done" | "over" }>;
  readonly connectWorkspace?: Answer<ConnectOutcome>;
  readonly runBuildCommands?: Answer<{ readonly type: "done" | "over" }>;
  readonly runStartup?: Answer<{ readonly type: "done" | "over" }>;
  readonly stopWorkspace?: Answer<void>;
  readonly destroyWorkspace?: Answer<void>;
  readonly requestWorkspaceStop?: Answer<void>;
}

export interface WorkspaceRun {
  readonly handle: WorkflowHandle;
  /** Names of the activities as they were called. */
  readonly calls: readonly string[];
  signal(version: number): Promise<void>;
}

async function give<T>(answer: Answer<T>): Promise<T> {
  if (answer instanceof Error) throw answer;
  return typeof answer === "function" ? (answer as () => Promise<T>)() : answer;
}

function scripted(script: WorkspaceScript, calls: string[]): WorkspaceActivities & LocalWorkspaceActivities {
  const steps = [...script.steps];
  const done = { type: "done" } as const;
  const call = <T>(name: string, answer: Answer<T>) => {
    calls.push(name);
    return give(answer);
  };
  return {
    nextWorkspaceStep() {
      const step = steps.shift();
      if (step === undefined) throw new Error("one more step was asked for than the script has");
      return call("nextWorkspaceStep", step);
    },
    provisionWorkspace: () => call("provisionWorkspace", script.provisionWorkspace ?? done),
    connectWorkspace: () => call("connectWorkspace", script.connectWorkspace ?? ({ type: "ready" } as const)),
    runBuildCommands: () => call("runBuildCommands", script.runBuildCommands ?? done),
    runStartup: () => call("runStartup", script.runStartup ?? done),
    stopWorkspace: ({ removes }) =>
      call(`stopWorkspace:${removes ? "removes" : "keeps"}`, script.stopWorkspace),
    destroyWorkspace: () => call("destroyWorkspace", script.destroyWorkspace),
    finishBuild: () => call("finishBuild", undefined),
    finishStop: ({ error }) => call(`finishStop:${error ?? "well"}`, undefined),
    finishDeletion: ({ error }) => call(`finishDeletion:${error ?? "well"}`, undefined),
    requestWorkspaceStop: () => call("requestWorkspaceStop", script.requestWorkspaceStop),
    recordWorkspaceCrash: ({ message }) => call(`recordWorkspaceCrash:${message}`, undefined),
  };
}

/** Starts the workflow of a workspace with a wish of version 1, as the API does, and hands the run to `during`. */
export async function runWorkspace(
  temporal: TestTemporal,
  script: WorkspaceScript,
  during: (run: WorkspaceRun) => Promise<void> = async () => undefined,
): Promise<WorkspaceRun> {
  const workspace_id = randomUUID();
  const calls: string[] = [];
  const activities = scripted(script, calls);
  const workers = await temporal.scripted(activities, ["builds"]);
  workers.play(workspaceWorkflowId(workspace_id), activities);
  const input: WorkspaceInput = { workspace_id, owner_id: "owner", name: "", heartbeat_timeout_ms: 60_000 };
  const handle = await temporal.client.workflow.signalWithStart(WORKSPACE, {
    workflowId: workspaceWorkflowId(workspace_id),
    taskQueue: workers.taskQueue,
    args: [input],
    signal: WISH_CHANGED,
    signalArgs: [{ version: 1 }],
    workflowTaskTimeout: "10 s",
  });
  const run: WorkspaceRun = { handle, calls, signal: (version) => handle.signal(WISH_CHANGED, { version }) };
  await during(run);
  await handle.result().catch((error: unknown) => {
    // Runs of workspaces that have failed do so, too.
    if (!(error instanceof WorkflowFailedError)) throw error;
  });
  return run;
}
