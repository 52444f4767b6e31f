// Tests what the workflow of a workspace does next.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decideWorkspaceStep, type WorkspaceView, waitMinMs } from "./workspace-step.ts";

const running: WorkspaceView = {
  status: "running",
  wish: "running",
  build: { id: "b", kind: "create", status: "succeeded" },
  build_commands: [],
  commands_run: false,
  startup: null,
  is_built: true,
  ttl_ms: 1_000,
  idle_ms: 400,
};

test("W9 a running workspace waits for what is left of its time-to-live", () => {
  assert.deepEqual(decideWorkspaceStep(running), { type: "wait", ms: 600 });
  assert.deepEqual(decideWorkspaceStep({ ...running, idle_ms: 999 }), { type: "wait", ms: waitMinMs });
});

test("W9 an idle workspace expires, one whose chat is busy does not", () => {
  assert.deepEqual(decideWorkspaceStep({ ...running, idle_ms: 1_000 }), { type: "expire" });
  assert.deepEqual(decideWorkspaceStep({ ...running, idle_ms: null }), { type: "wait", ms: 1_000 });
});

test("W9 without a time-to-live there is nothing to wait for", () => {
  assert.deepEqual(decideWorkspaceStep({ ...running, ttl_ms: null, idle_ms: 10_000 }), { type: "end" });
});

test("W3 an open build is worked on, one that has ended without its workspace knowing is cleaned up", () => {
  const build = (status: WorkspaceView["build"]["status"]) =>
    decideWorkspaceStep({
      ...running,
      status: "building",
      is_built: false,
      build: { id: "b", kind: "create", status },
    });
  const step = { type: "build", build_id: "b", makes_place: true, runs_commands: false, runs_startup: false };
  for (const status of ["queued", "running"] as const) assert.deepEqual(build(status), step);
  for (const status of ["succeeded", "failed", "cancelled"] as const)
    assert.deepEqual(build(status), { type: "stop", removes: true });
});

test("W3 build commands run once in a workspace, the start-up script at each start", () => {
  const building = {
    ...running,
    status: "building",
    build: { id: "b", kind: "create", status: "queued" },
  } as const;
  const template = { build_commands: ["make"], startup: "./serve" };
  const runs = (commands_run: boolean) => {
    const step = decideWorkspaceStep({ ...building, ...template, commands_run });
    return step.type === "build" ? [step.runs_commands, step.runs_startup] : step;
  };
  assert.deepEqual(runs(false), [true, true]);
  assert.deepEqual(runs(true), [false, true]);
  const start = { id: "b", kind: "start", status: "queued" } as const;
  const step = decideWorkspaceStep({ ...building, build: start });
  assert.equal(step.type === "build" && step.makes_place, false);
});

test("W3 what was never built is removed when it stops; what was is kept, even when it is to start again", () => {
  const stopping = {
    ...running,
    status: "stopping",
    build: { id: "b", kind: "create", status: "queued" },
  } as const;
  assert.deepEqual(decideWorkspaceStep({ ...stopping, is_built: false }), { type: "stop", removes: true });
  assert.deepEqual(decideWorkspaceStep(stopping), { type: "stop", removes: false });
});

test("a deletion comes first, and a workspace at rest needs nothing", () => {
  const deleting = { ...running, status: "deleting", wish: "deleted" } as const;
  assert.deepEqual(decideWorkspaceStep(deleting), { type: "destroy" });
  for (const status of ["stopped", "failed"] as const)
    assert.deepEqual(decideWorkspaceStep({ ...running, status }), { type: "end" });
});
