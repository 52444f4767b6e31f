import assert from "node:assert/strict";
import { test } from "node:test";
import type { Client } from "@temporalio/client";
import proto from "@temporalio/proto";
import { inspectRun } from "./inspect-run.ts";

const { PENDING_ACTIVITY_STATE_STARTED, PENDING_ACTIVITY_STATE_SCHEDULED } =
  proto.temporal.api.enums.v1.PendingActivityState;

/** A run whose workflow task has failed three times, with one activity in this state. */
function wedgedRun(state: number): Client {
  const raw = { pendingWorkflowTask: { attempt: 3 }, pendingActivities: [{ state }] };
  const failed = { workflowTaskFailedEventAttributes: { failure: { message: "no such step" } } };
  return {
    options: { namespace: "default" },
    workflowService: {
      getWorkflowExecutionHistoryReverse: async () => ({ history: { events: [failed] } }),
    },
    workflow: {
      getHandle: () => ({ describe: async () => ({ status: { name: "RUNNING" }, runId: "1", raw }) }),
    },
  } as unknown as Client;
}

test("X5 a wedged run is left alone while a worker runs one of its activities, not while one waits for a worker", async () => {
  const wedged = { type: "wedged", run_id: "1", isOfOtherCode: false, build_id: "", words: "no such step" };
  const started = await inspectRun(wedgedRun(PENDING_ACTIVITY_STATE_STARTED), "chat-1");
  assert.deepEqual(started, { ...wedged, isAtWork: true });
  const scheduled = await inspectRun(wedgedRun(PENDING_ACTIVITY_STATE_SCHEDULED), "chat-1");
  assert.deepEqual(scheduled, { ...wedged, isAtWork: false });
});

/** A run whose activity has failed this often, with a failure of this type. */
function runWaitingFor(type: string, attempt: number): Client {
  const message =
    "Activity function runTool is not registered on this Worker, available activities: callModel";
  const lastFailure = { message, applicationFailureInfo: { type } };
  const raw = {
    pendingActivities: [{ state: PENDING_ACTIVITY_STATE_SCHEDULED, attempt, lastFailure }],
    workflowExecutionInfo: { versioningInfo: { deploymentVersion: { buildId: "v1" } } },
  };
  return {
    options: { namespace: "default" },
    workflow: {
      getHandle: () => ({ describe: async () => ({ status: { name: "RUNNING" }, runId: "1", raw }) }),
    },
  } as unknown as Client;
}

test("O4 a run that waits for an activity which no worker knows is of other code; one whose activity fails otherwise is not", async () => {
  const run = await inspectRun(runWaitingFor("NotFoundError", 4), "chat-1");
  assert.equal(run.type, "wedged");
  if (run.type !== "wedged") return;
  assert.deepEqual([run.isOfOtherCode, run.isAtWork, run.build_id], [true, false, "v1"]);
  assert.match(run.words, /runTool is not registered/);
  // In the middle of a deploy another worker may know it.
  assert.deepEqual(await inspectRun(runWaitingFor("NotFoundError", 2), "chat-1"), { type: "open" });
  assert.deepEqual(await inspectRun(runWaitingFor("WorkerShutdown", 9), "chat-1"), { type: "open" });
});
