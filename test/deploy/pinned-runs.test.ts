// Tests: which runs Temporal itself lists as pinned to a build. The worker's side of the protocol is spoken here by hand, so that a
// run can wait at the one point that matters.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { Client, Connection } from "@temporalio/client";
import type { temporal } from "@temporalio/proto";
import { deploymentName, listPinnedRuns, setCurrentBuild } from "../../worker/builds/temporal-builds.ts";
import { testTemporalAddress } from "../support/database.ts";
import { soon } from "../support/soon.ts";

// Numbers of Temporal's API.
const VERSIONED: temporal.api.enums.v1.WorkerVersioningMode = 2;
const PINNED: temporal.api.enums.v1.VersioningBehavior = 1;
const CONTINUE_AS_NEW: temporal.api.enums.v1.CommandType = 10;

let connection: Connection;
let client: Client;
before(async () => {
  connection = await Connection.connect({ address: testTemporalAddress() });
  client = new Client({ connection });
});
after(() => connection.close());

/** A worker of this build that takes one task and answers that the run continues as new. Then there is no worker. */
async function continueOnce(taskQueue: string, buildId: string): Promise<void> {
  const { namespace } = client.options;
  const deploymentOptions = {
    deploymentName: deploymentName(taskQueue),
    buildId,
    workerVersioningMode: VERSIONED,
  };
  const poll = { namespace, taskQueue: { name: taskQueue }, identity: "test", deploymentOptions };
  const { taskToken } = await client.withDeadline(Date.now() + 60_000, () =>
    client.workflowService.pollWorkflowTaskQueue(poll),
  );
  const workflowType = { name: "chatTurn" };
  await client.workflowService.respondWorkflowTaskCompleted({
    namespace,
    taskToken,
    identity: "test",
    deploymentOptions,
    versioningBehavior: PINNED,
    commands: [
      {
        commandType: CONTINUE_AS_NEW,
        continueAsNewWorkflowExecutionCommandAttributes: { workflowType, taskQueue: { name: taskQueue } },
      },
    ],
  });
}

test("O4 a run that continued as new and had no task yet is listed with the build that it waits for", async () => {
  const taskQueue = `pinned.${randomUUID()}`;
  const continued = continueOnce(taskQueue, "gone");
  await setCurrentBuild(client, taskQueue, { build_id: "gone", queues: "main", withinMs: 60_000 });
  const workflowId = randomUUID();
  const first = await client.workflow.start("chatTurn", { taskQueue, workflowId, args: [] });
  await continued;
  const listed = () => listPinnedRuns(client, taskQueue, { except: "newer", max: 10 });
  const [run] = await soon("Temporal lists the run", async () => {
    const runs = await listed();
    return runs.some(({ run_id }) => run_id !== first.firstExecutionRunId) && runs;
  });
  assert.deepEqual([run?.workflow_id, run?.build_id], [workflowId, "gone"]);
  assert.deepEqual(await listPinnedRuns(client, taskQueue, { except: "gone", max: 10 }), []);
  await client.workflow.getHandle(workflowId).terminate();
});
