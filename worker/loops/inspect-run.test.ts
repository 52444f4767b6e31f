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
