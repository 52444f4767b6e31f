// Tests: whatever dies while a command runs in a workspace, the command runs once and its result is whole.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { killWorkers, soon, untilNoRun } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { startOwnTemporal } from "../support/server/own-servers.ts";
import { assertSettled, storedMessages } from "../support/turn/settled.ts";
import {
  assertCounted,
  counting,
  endCounting,
  logOf,
  onlyResult,
  run,
  textIn,
  untilGone,
  untilShown,
  type WorkspaceChat,
  workspaceChat,
} from "../support/workspace/workspace-chats.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn({ workers: 0 });
});
afterEach(() => killWorkers(everturn));
after(() => everturn.stop());

/** The command ran once, and everyone agrees about it: the file, the result and the reader. */
async function assertRanOnce(on: Everturn, workspace: WorkspaceChat): Promise<void> {
  const { chat, reader } = workspace;
  await reader.untilIdle();
  const stored = await assertSettled(on, chat.id, [reader]);
  const result = onlyResult(stored, "execute");
  assert.equal(result["exit_code"], 0, JSON.stringify(result));
  assert.equal(result.is_error, false);
  const output = textIn(result, "output");
  const counted = assertCounted(output);
  assert.ok(counted >= 3 && output.endsWith("the end\n"), output);
  assert.equal(assertCounted(await logOf(workspace)), counted, "the file says what the result says");
  assert.equal(await untilNoRun(on, chat.id), "COMPLETED");
}

test("W5 killed while a command runs, the worker's successor re-attaches: it ran once, nothing of its output is lost or doubled", async () => {
  const worker = await everturn.startWorker();
  const workspace = await workspaceChat(everturn, [counting("counting-kill-worker")], "counting-kill-worker");
  await untilShown(workspace.reader, "line 3");
  await worker.kill();
  const episodes = new Set<string>();
  await everturn.startWorker();
  await workspace.reader.until("another attempt shows the output from its beginning", (view) => {
    for (const [slot, { episode, content }] of view.previews) {
      if (slot !== "" && content.size > 0) episodes.add(episode);
    }
    return episodes.size >= 2;
  });
  await endCounting(workspace);
  await assertRanOnce(everturn, workspace);
});

test("W5 a command that ends while no worker lives has its whole result", async () => {
  const worker = await everturn.startWorker();
  const workspace = await workspaceChat(everturn, [counting("counting-end-alone")], "counting-end-alone");
  await untilShown(workspace.reader, "line 3");
  await worker.kill();
  await endCounting(workspace);
  await untilGone("counting-end-alone");
  await everturn.startWorker();
  await assertRanOnce(everturn, workspace);
});

test("I6 W5 a deploy in the middle of a command leaves it running, and the next worker goes on", async () => {
  const worker = await everturn.startWorker();
  const workspace = await workspaceChat(everturn, [counting("counting-deploy")], "counting-deploy");
  await untilShown(workspace.reader, "line 3");
  assert.equal(await worker.stop(), 0);
  const lines = assertCounted(await logOf(workspace));
  await soon(
    "the command goes on without a worker",
    async () => assertCounted(await logOf(workspace)) > lines,
  );
  await everturn.startWorker();
  await endCounting(workspace);
  await assertRanOnce(everturn, workspace);
});

test("X9 I6 three deploys in the middle of a command lose no worker: it is not given up", async () => {
  let worker = await everturn.startWorker();
  const workspace = await workspaceChat(everturn, [counting("counting-deploys")], "counting-deploys");
  for (let claims = 1; claims <= 3; claims++) {
    await soon(`claim ${claims}`, async () => {
      const { rows } = await everturn.pool.query(
        "select from tool_executions where chat_id = $1 and tool_name = 'execute' and attempts = $2",
        [workspace.chat.id, claims],
      );
      return rows.length === 1;
    });
    assert.equal(await worker.stop(), 0);
    worker = await everturn.startWorker();
  }
  await untilShown(workspace.reader, "line 3");
  await endCounting(workspace);
  await assertRanOnce(everturn, workspace);
});

test("W5 a worker that was frozen and wakes does not disturb its successor", async () => {
  const frozen = await everturn.startWorker();
  const workspace = await workspaceChat(everturn, [counting("counting-frozen")], "counting-frozen");
  await untilShown(workspace.reader, "line 3");
  const first = workspace.reader.view.previews;
  process.kill(frozen.pid, "SIGSTOP");
  await everturn.startWorker();
  const slot = [...first.keys()].find((one) => one !== "") ?? "";
  await workspace.reader.until("the successor shows the output", ({ previews }) => {
    const preview = previews.get(slot);
    return preview !== undefined && preview.episode !== first.get(slot)?.episode && preview.content.size > 0;
  });
  process.kill(frozen.pid, "SIGCONT");
  await endCounting(workspace);
  await assertRanOnce(everturn, workspace);
});

test("W5 T4 killed while a command runs, the API's successor shows its output once", async () => {
  await everturn.startWorker();
  const workspace = await workspaceChat(everturn, [counting("counting-kill-api")], "counting-kill-api");
  await untilShown(workspace.reader, "line 3");
  await everturn.api.kill();
  await everturn.startApi();
  await untilShown(workspace.reader, "line 8");
  await endCounting(workspace);
  await assertRanOnce(everturn, workspace);
});

test("W5 Temporal restarted while a command runs: it ran once", async () => {
  const temporal = await startOwnTemporal();
  const own = await startEverturn({ temporalAddress: temporal.address });
  try {
    const workspace = await workspaceChat(
      own,
      [counting("counting-restart-temporal")],
      "counting-restart-temporal",
    );
    await untilShown(workspace.reader, "line 3");
    await temporal.stop();
    const lines = assertCounted(await logOf(workspace));
    await soon("the command goes on meanwhile", async () => assertCounted(await logOf(workspace)) > lines);
    await temporal.start();
    await untilShown(workspace.reader, `line ${lines + 3}`);
    await endCounting(workspace);
    await assertRanOnce(own, workspace);
  } finally {
    await own.stop();
    await temporal.close();
  }
});

test("W5 killed at runTool:finished, a command that is done is not run again", async () => {
  const worker = await everturn.startWorker({ EVERTURN_FAILPOINT: "runTool:finished:2" });
  const workspace = await workspaceChat(everturn, [run("echo once | tee -a log")], "finished");
  await worker.ended;
  await everturn.startWorker();
  await workspace.reader.untilIdle();
  const stored = await assertSettled(everturn, workspace.chat.id, [workspace.reader]);
  assert.equal(onlyResult(stored, "execute")["output"], "once\n");
  assert.equal(await logOf(workspace), "once\n");
});

test("I5 I2 interrupted while its worker is dead, a command is ended by the next worker and the call is closed", async () => {
  const worker = await everturn.startWorker();
  const workspace = await workspaceChat(everturn, [counting("counting-stop-dead")], "counting-stop-dead");
  await untilShown(workspace.reader, "line 3");
  await worker.kill();
  await everturn.call("POST", `/v1/chats/${workspace.chat.id}/interrupt`);
  await everturn.startWorker();
  await workspace.reader.untilIdle();
  const stored = await assertSettled(everturn, workspace.chat.id, [workspace.reader]);
  assert.equal(onlyResult(stored, "execute").is_error, true);
  await untilGone("counting-stop-dead");
});

for (const point of ["build:provisioned", "build:connected"]) {
  test(`W2 W4 killed at ${point}, the build goes on and there is one workspace`, async () => {
    const worker = await everturn.startWorker({ EVERTURN_FAILPOINT: point });
    const workspace = await workspaceChat(everturn, [run("echo built")], point);
    await worker.ended;
    await everturn.startWorker();
    await workspace.reader.untilIdle();
    const stored = await storedMessages(everturn, workspace.chat.id);
    assert.equal(onlyResult(stored, "create_workspace")["agent_status"], "ready");
    assert.equal(onlyResult(stored, "execute")["output"], "built\n");
  });
}
