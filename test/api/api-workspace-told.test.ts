// Workspaces at an API as a process, with real Temporal and no worker: what is accepted is told to the workflow.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Workspace } from "../../core/workspace/workspace.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";

let everturn: Everturn;

before(async () => {
  everturn = await startEverturn({ workers: 0, apiEnv: { TEMPORAL_UI_URL: "http://127.0.0.1:1/" } });
});

after(() => everturn.stop());

async function untold(id: string): Promise<boolean> {
  const { rows } = await everturn.pool.query(
    "select told_version < version as untold from workspaces where id = $1",
    [id],
  );
  return rows[0].untold as boolean;
}

test("W4 each wish is told to the workspace's own workflow, which opens once", async () => {
  const made = await everturn.call<Workspace>("POST", "/v1/workspaces", { template: "blank" });
  const workflowId = `workspace-${made.id}`;
  assert.equal(made.links.temporal, `http://127.0.0.1:1/namespaces/default/workflows/${workflowId}`);
  const handle = everturn.temporal.workflow.getHandle(workflowId);
  const first = await handle.describe();
  assert.deepEqual([first.status.name, first.type], ["RUNNING", "workspace"]);
  assert.equal(await untold(made.id), false);
  const stopped = await everturn.call<Workspace>("POST", `/v1/workspaces/${made.id}/stop`);
  assert.equal(stopped.status, "stopping");
  assert.equal(stopped.build.status, "cancelled");
  assert.equal((await everturn.answer("DELETE", `/v1/workspaces/${made.id}`)).status, 204);
  const last = await handle.describe();
  assert.equal(last.runId, first.runId);
  assert.equal(await untold(made.id), false);
  const { events } = await handle.fetchHistory();
  const signals = events?.filter((event) => event.workflowExecutionSignaledEventAttributes != null) ?? [];
  assert.equal(signals.length, 3);
});

test("O2 an API that is told to end sends the readers of a log away and exits in time", async () => {
  const made = await everturn.call<Workspace>("POST", "/v1/workspaces", { template: "blank" });
  const response = await fetch(everturn.url + made.links.logs, {
    headers: { authorization: `Bearer ${everturn.key}` },
  });
  const text = response.text();
  assert.equal(await everturn.api.stop(), 0);
  assert.match(await text, /^retry: \d+\n\n$/);
});
