// Tests: runs whose workflow tasks fail for ever are found, ended and counted, and what they were for ends in words.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { freePort } from "../../dev/free-port.ts";
import { chatWorkflowId, describeWorkflowId, workspaceWorkflowId } from "../../workflows/contract.ts";
import { untilNoRun } from "../support/crash.ts";
import { type Everturn, type Json, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { script, storedMessages, textOf } from "../support/turn/settled.ts";

const taskQueue = `wedged-${randomUUID()}`;
let everturn: Everturn;
before(async () => {
  everturn = await startEverturn({
    workers: 0,
    env: { EVERTURN_RECONCILE_AFTER_MS: "1000", EVERTURN_TASK_QUEUE: taskQueue },
  });
});
after(() => everturn.stop());

/** Puts a run of this id in place of the open one, whose workflow no worker knows: each of its tasks fails. */
async function wedge(workflowId: string): Promise<void> {
  const { workflow } = everturn.temporal;
  await workflow
    .getHandle(workflowId)
    .terminate()
    .catch(() => undefined);
  await workflow.start("noSuchWorkflow", { workflowId, taskQueue, workflowTaskTimeout: "3 s" });
}

async function statusOf(workflowId: string): Promise<string> {
  return (await everturn.temporal.workflow.getHandle(workflowId).describe()).status.name;
}

test("X5 runs whose workflow tasks fail again and again are terminated and counted; chat and workspace say so, and go on with the next wish", async () => {
  const chat = await everturn.createChat(script({ text: "never said" }, "wedged"));
  const made = await everturn.call<Json>("POST", "/v1/workspaces", { template: "blank" });
  const ids = [chatWorkflowId(chat.id), workspaceWorkflowId(made.id), describeWorkflowId(randomUUID())];
  for (const id of ids) await wedge(id);
  const port = await freePort();
  await everturn.startWorker({ METRICS_PORT: String(port) });
  const failed = await soon("the chat has ended", async () => {
    const now = await everturn.call<Json>("GET", `/v1/chats/${chat.id}`);
    return now.status === "error" && now;
  });
  assert.match(failed.last_error.message, /could not go on/);
  assert.match(failed.last_error.detail, /noSuchWorkflow/);
  assert.equal(failed.last_error.retryable, true);
  await soon("the workspace has ended", async () => {
    const now = await everturn.call<Json>("GET", `/v1/workspaces/${made.id}`);
    return now.status === "failed" && /noSuchWorkflow/.test(now.error);
  });
  for (const id of [ids[0], ids[2]] as string[]) {
    await soon(`${id} is terminated`, async () => (await statusOf(id)) === "TERMINATED");
  }
  const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  assert.match(page, /everturn_wedged_runs_total\{role="worker"\} 3/);
  const { status, checks } = await everturn.call<Json>("GET", "/readyz");
  assert.deepEqual(
    [status, checks.workers],
    ["degraded", { ok: false, detail: "workers without a build: workflow tasks failed, 1 turns ended" }],
  );
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, {
    content: script({ text: "said" }, "mended"),
  });
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
  const stored = await storedMessages(everturn, chat.id);
  assert.equal(textOf(stored.at(-1) as never), "said");
});
