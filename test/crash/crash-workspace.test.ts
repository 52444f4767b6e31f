// Tests: whatever dies while a command runs in a workspace, the command runs once and its result is whole.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { doomedWorker, killWorkers, onlyWorker, untilDead } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { TestGroup } from "../support/roles/test-group.ts";
import { soon } from "../support/soon.ts";
import { assertSettled, storedMessages } from "../support/turn/settled.ts";
import {
  assertCounted,
  assertRanOnce,
  counting,
  endCounting,
  logOf,
  onlyResult,
  run,
  untilGone,
  untilShown,
  workspaceChat,
} from "../support/workspace/workspace-chats.ts";

let everturn: Everturn;
before(async () => {
  // As many as there are commands at once: a frozen worker takes tasks that nobody runs then, one for each slot left.
  everturn = await startEverturn({ env: { EVERTURN_TOOL_SLOTS: "3" } });
});
after(() => everturn.stop());

const killed = new TestGroup();
const deployed = new TestGroup();
const die = () => killWorkers(everturn);
const succeed = () => everturn.startWorker();
/** Resolves when the only worker has done as it was told, and ended. */
const leave = async () => assert.equal(await (await onlyWorker(everturn)).stop(), 0);

killed.test(
  "W5 killed while a command runs, the worker's successor re-attaches: it ran once, nothing of its output is lost or doubled",
  async (once) => {
    const workspace = await workspaceChat(
      everturn,
      [counting("counting-kill-worker")],
      "counting-kill-worker",
    );
    await untilShown(workspace.reader, "line 3");
    await once(die);
    const episodes = new Set<string>();
    await once(succeed);
    await workspace.reader.until("another attempt shows the output from its beginning", (view) => {
      for (const [slot, { episode, content }] of view.previews) {
        if (slot !== "" && content.size > 0) episodes.add(episode);
      }
      return episodes.size >= 2;
    });
    await endCounting(workspace);
    await assertRanOnce(everturn, workspace);
  },
);

killed.test("W5 a command that ends while no worker lives has its whole result", async (once) => {
  const workspace = await workspaceChat(everturn, [counting("counting-end-alone")], "counting-end-alone");
  await untilShown(workspace.reader, "line 3");
  await once(die);
  await endCounting(workspace);
  await untilGone("counting-end-alone");
  await once(succeed);
  await assertRanOnce(everturn, workspace);
});

killed.test(
  "I5 I2 interrupted while its worker is dead, a command is ended by the next worker and the call is closed",
  async (once) => {
    const workspace = await workspaceChat(everturn, [counting("counting-stop-dead")], "counting-stop-dead");
    await untilShown(workspace.reader, "line 3");
    await once(die);
    await everturn.call("POST", `/v1/chats/${workspace.chat.id}/interrupt`);
    await once(succeed);
    await workspace.reader.untilIdle();
    const stored = await assertSettled(everturn, workspace.chat.id, [workspace.reader]);
    assert.equal(onlyResult(stored, "execute").is_error, true);
    await untilGone("counting-stop-dead");
  },
);

deployed.test(
  "I6 W5 a deploy in the middle of a command leaves it running, and the next worker goes on",
  async (once) => {
    const workspace = await workspaceChat(everturn, [counting("counting-deploy")], "counting-deploy");
    await untilShown(workspace.reader, "line 3");
    await once(leave);
    const lines = assertCounted(await logOf(workspace));
    await soon(
      "the command goes on without a worker",
      async () => assertCounted(await logOf(workspace)) > lines,
    );
    await once(succeed);
    await endCounting(workspace);
    await assertRanOnce(everturn, workspace);
  },
);

deployed.test(
  "X9 I6 three deploys in the middle of a command lose no worker: it is not given up",
  async (once) => {
    const workspace = await workspaceChat(everturn, [counting("counting-deploys")], "counting-deploys");
    for (let claims = 1; claims <= 3; claims++) {
      await soon(`claim ${claims}`, async () => {
        const { rows } = await everturn.pool.query(
          "select from tool_executions where chat_id = $1 and tool_name = 'execute' and attempts = $2",
          [workspace.chat.id, claims],
        );
        return rows.length === 1;
      });
      await once(leave);
      await once(succeed);
    }
    await untilShown(workspace.reader, "line 3");
    await endCounting(workspace);
    await assertRanOnce(everturn, workspace);
  },
);

test("W5 a worker that was frozen and wakes does not disturb its successor", async () => {
  const frozen = await onlyWorker(everturn);
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
  await onlyWorker(everturn);
  const workspace = await workspaceChat(everturn, [counting("counting-kill-api")], "counting-kill-api");
  await untilShown(workspace.reader, "line 3");
  await everturn.api.kill();
  await everturn.startApi();
  await untilShown(workspace.reader, "line 8");
  await endCounting(workspace);
  await assertRanOnce(everturn, workspace);
});

test("W5 killed at runTool:finished, a command that is done is not run again", async () => {
  const worker = await doomedWorker(everturn, "runTool:finished:2");
  const workspace = await workspaceChat(everturn, [run("echo once | tee -a log")], "finished");
  await untilDead(worker);
  await everturn.startWorker();
  await workspace.reader.untilIdle();
  const stored = await assertSettled(everturn, workspace.chat.id, [workspace.reader]);
  assert.equal(onlyResult(stored, "execute")["output"], "once\n");
  assert.equal(await logOf(workspace), "once\n");
});

for (const point of ["build:provisioned", "build:connected"]) {
  test(`W2 W4 killed at ${point}, the build goes on and there is one workspace`, async () => {
    const worker = await doomedWorker(everturn, point);
    const workspace = await workspaceChat(everturn, [run("echo built")], point);
    await untilDead(worker);
    await everturn.startWorker();
    await workspace.reader.untilIdle();
    const stored = await storedMessages(everturn, workspace.chat.id);
    assert.equal(onlyResult(stored, "create_workspace")["agent_status"], "ready");
    assert.equal(onlyResult(stored, "execute")["output"], "built\n");
  });
}
