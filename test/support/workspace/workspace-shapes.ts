// Tests: the shapes the life of a workspace can take, each a script. One list for the control-flow tests and the kept histories.
import { ApplicationFailure } from "@temporalio/common";
import type { NextWorkspaceStepOutput } from "../../../activities/contract.ts";
import type { TestTemporal } from "../turn/workflow-run.ts";
import { runWorkspace, type WorkspaceRun, type WorkspaceScript } from "./workspace-run.ts";

type Step = NextWorkspaceStepOutput["step"];

const LONG_MS = 600_000;
const at = (version: number, step: Step): NextWorkspaceStepOutput => ({ step, version });
const build: Step = {
  type: "build",
  build_id: "b",
  makes_place: true,
  runs_commands: true,
  runs_startup: true,
};
const bare: Step = {
  type: "build",
  build_id: "b",
  makes_place: true,
  runs_commands: false,
  runs_startup: false,
};
const end = at(9, { type: "end" });

export interface WorkspaceShape {
  readonly script: WorkspaceScript;
  /** Absent: COMPLETED. Histories that were kept of runs from before they failed are those of completed ones. */
  readonly ends?: "FAILED";
  /** What happens from outside meanwhile. */
  readonly during?: (run: WorkspaceRun) => Promise<void>;
  /** The activities called, in order. */
  readonly calls: readonly string[];
}

const FAILED_BUILD_CALLS = [
  "nextWorkspaceStep",
  "provisionWorkspace",
  "connectWorkspace",
  "runBuildCommands",
  "nextWorkspaceStep",
  "stopWorkspace:removes",
  "finishStop:well",
  "nextWorkspaceStep",
];
const WHOLE_BUILD = [
  "provisionWorkspace",
  "connectWorkspace",
  "runBuildCommands",
  "runStartup",
  "finishBuild",
];

/** A wish that comes while a step is being carried out, at its gate. */
function wishDuring(
  script: (pass: () => Promise<void>) => WorkspaceScript,
  calls: readonly string[],
): WorkspaceShape {
  const arrived = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const pass = () => {
    arrived.resolve();
    return opened.promise;
  };
  return {
    script: script(pass),
    during: async (run) => {
      await arrived.promise;
      await run.signal(2);
      opened.resolve();
    },
    calls,
  };
}

/** Cancelled in the Web UI; what that becomes in the database is what ends the build. */
function cancelled(): WorkspaceShape {
  const arrived = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  return {
    script: {
      steps: [at(1, bare), at(2, { type: "stop", removes: true }), end],
      provisionWorkspace: async () => {
        arrived.resolve();
        await ended.promise;
        return { type: "over" };
      },
      requestWorkspaceStop: async () => ended.resolve(),
    },
    during: async (run) => {
      await arrived.promise;
      await run.handle.cancel();
    },
    calls: [
      "nextWorkspaceStep",
      "provisionWorkspace",
      "requestWorkspaceStop",
      "nextWorkspaceStep",
      "stopWorkspace:removes",
      "finishStop:well",
      "nextWorkspaceStep",
    ],
  };
}

export const WORKSPACE_SHAPES: Readonly<Record<string, () => WorkspaceShape>> = {
  build: () => ({
    script: { steps: [at(1, build), end] },
    calls: ["nextWorkspaceStep", ...WHOLE_BUILD, "nextWorkspaceStep"],
  }),
  "build-bare": () => ({
    script: { steps: [at(1, bare), end] },
    calls: [
      "nextWorkspaceStep",
      "provisionWorkspace",
      "connectWorkspace",
      "finishBuild",
      "nextWorkspaceStep",
    ],
  }),
  start: () => ({
    script: { steps: [at(1, { ...bare, makes_place: false, runs_startup: true }), end] },
    calls: ["nextWorkspaceStep", "connectWorkspace", "runStartup", "finishBuild", "nextWorkspaceStep"],
  }),
  "build-failed": () => ({
    script: {
      steps: [at(1, build), at(1, { type: "stop", removes: true }), end],
      runBuildCommands: { type: "over" },
    },
    calls: FAILED_BUILD_CALLS,
  }),
  "build-failed-run": () => ({
    script: {
      steps: [at(1, build), at(1, { type: "stop", removes: true }), { ...end, build_failed: true }],
      runBuildCommands: { type: "over" },
    },
    ends: "FAILED",
    calls: FAILED_BUILD_CALLS,
  }),
  "agent-not-ready": () => ({
    script: { steps: [at(1, build), end], connectWorkspace: { type: "not_ready" } },
    calls: [
      "nextWorkspaceStep",
      "provisionWorkspace",
      "connectWorkspace",
      "finishBuild",
      "nextWorkspaceStep",
    ],
  }),
  stop: () => ({
    script: { steps: [at(1, { type: "stop", removes: false }), end] },
    calls: ["nextWorkspaceStep", "stopWorkspace:keeps", "finishStop:well", "nextWorkspaceStep"],
  }),
  "time-to-live": () => ({
    script: {
      steps: [at(1, { type: "wait", ms: 1 }), at(1, { type: "stop", removes: false }), end],
    },
    calls: [
      "nextWorkspaceStep",
      "nextWorkspaceStep",
      "stopWorkspace:keeps",
      "finishStop:well",
      "nextWorkspaceStep",
    ],
  }),
  "wished-while-waiting": () =>
    wishDuring(
      (pass) => ({
        steps: [
          () => pass().then(() => at(1, { type: "wait", ms: LONG_MS })),
          at(2, { type: "stop", removes: false }),
          end,
        ],
      }),
      [
        "nextWorkspaceStep",
        "nextWorkspaceStep",
        "stopWorkspace:keeps",
        "finishStop:well",
        "nextWorkspaceStep",
      ],
    ),
  "wished-at-the-end": () =>
    wishDuring(
      (pass) => ({
        steps: [at(1, { type: "stop", removes: false }), at(1, { type: "end" }), at(2, { type: "end" })],
        stopWorkspace: pass,
      }),
      [
        "nextWorkspaceStep",
        "stopWorkspace:keeps",
        "finishStop:well",
        "nextWorkspaceStep",
        "nextWorkspaceStep",
      ],
    ),
  "deleted-while-building": () =>
    wishDuring(
      (pass) => ({
        steps: [at(1, build), at(2, { type: "destroy" }), end],
        provisionWorkspace: () => pass().then(() => ({ type: "over" as const })),
      }),
      [
        "nextWorkspaceStep",
        "provisionWorkspace",
        "nextWorkspaceStep",
        "destroyWorkspace",
        "finishDeletion:well",
        "nextWorkspaceStep",
      ],
    ),
  "deletion-given-up": () => ({
    script: {
      steps: [at(1, { type: "destroy" })],
      destroyWorkspace: ApplicationFailure.nonRetryable("busy"),
    },
    ends: "FAILED",
    calls: ["nextWorkspaceStep", "destroyWorkspace", "finishDeletion:It could not be deleted: busy"],
  }),
  "deletion-failed-run": () => ({
    script: {
      steps: [at(1, { type: "destroy" })],
      destroyWorkspace: ApplicationFailure.nonRetryable("busy"),
    },
    ends: "FAILED",
    calls: ["nextWorkspaceStep", "destroyWorkspace", "finishDeletion:It could not be deleted: busy"],
  }),
  cancelled,
  crash: () => ({
    script: {
      steps: [at(1, build), at(1, { type: "stop", removes: true }), end],
      provisionWorkspace: ApplicationFailure.nonRetryable("TypeError: x is undefined", "Bug"),
    },
    calls: [
      "nextWorkspaceStep",
      "provisionWorkspace",
      "recordWorkspaceCrash:TypeError: x is undefined",
      "nextWorkspaceStep",
      "stopWorkspace:removes",
      "finishStop:well",
      "nextWorkspaceStep",
    ],
  }),
};

export async function playWorkspaceShape(
  temporal: TestTemporal,
  name: string,
): Promise<{ run: WorkspaceRun; shape: WorkspaceShape }> {
  const shape = WORKSPACE_SHAPES[name]?.();
  if (shape === undefined) throw new Error(`no shape named ${name}`);
  const run = await runWorkspace(temporal, shape.script, shape.during);
  return { run, shape };
}
