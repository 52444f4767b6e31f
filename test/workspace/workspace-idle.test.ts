// Tests: workspaces that nobody uses stop, those in use do not, and the loops that mend what crashes leave behind.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { inUnit } from "../../store/unit.ts";
import { bindWorkspace } from "../../store/workspace/bind-workspace.ts";
import { createWorkspace } from "../../store/workspace/create-workspace.ts";
import { cancelBuild } from "../../store/workspace/request-workspace.ts";
import { touchWorkspace } from "../../store/workspace/workspaces.ts";
import { type Loop } from "../../worker/loops/loop.ts";
import { createReaper } from "../../worker/loops/reap-places.ts";
import { startWorkspaceLoops } from "../../worker/loops/workspace-loops.ts";
import { soon } from "../support/soon.ts";
import { aChat } from "../support/turn/chats.ts";
import { ScriptedDriver } from "../support/workspace/scripted-driver.ts";
import { aPlan, logger, WorkspaceWorld } from "../support/workspace/workspace-world.ts";

let world: WorkspaceWorld;
let loops: readonly Loop[] = [];
before(async () => {
  world = await WorkspaceWorld.open();
});
after(() => world.close());
beforeEach(async () => {
  world.driver = new ScriptedDriver();
  await world.startWorker();
});
afterEach(async () => {
  await Promise.all(loops.map((loop) => loop.stop()));
  loops = [];
  await world.stopWorkers();
});

function startLoops(): void {
  const { store, driver, teller } = world;
  const temporal = world.temporal.client;
  const reaper = createReaper({ store, driver, deployment: "test", logger });
  const counts = { wedged_runs: 0 };
  loops = startWorkspaceLoops({ store, reaper, teller, temporal, reconcileAfterMs: 300, counts, logger });
}

/** Sets back by an hour when the workspace was used last. */
async function age(id: string): Promise<void> {
  await world.store.pool.query(
    "update workspaces set last_active_at = now() - interval '1 hour', updated_at = now() - interval '1 hour' where id = $1",
    [id],
  );
}

async function bind(chat_id: string, workspace_id: string): Promise<void> {
  await inUnit(world.store, (unit) => bindWorkspace(unit, { chat_id, owner_id: null, workspace_id }));
}

/** Resolves when the workspace's run waits in a timer of this many milliseconds or less, as Temporal has it. */
async function timersOf(id: string): Promise<number> {
  const { events } = await world.temporal.client.workflow.getHandle(`workspace-${id}`).fetchHistory();
  return (events ?? []).filter((event) => event.timerStartedEventAttributes).length;
}

test("W9 an idle workspace stops after its time-to-live, and its place stays", async () => {
  const { id } = await world.create({ ttl_ms: 300 });
  // It runs in between, too briefly to be waited for.
  const row = await world.until(id, "stopped");
  assert.deepEqual([row.wish, row.error, row.agent_status], ["stopped", null, "none"]);
  assert.equal(world.driver.places.has(id), true);
  assert.equal(await world.untilNoRun(id), "COMPLETED");
});

test("W9 a busy chat keeps its workspace alive; when it rests, the time-to-live begins anew", async () => {
  const chat = await aChat(world.store);
  const made = await inUnit(world.store, (unit) =>
    createWorkspace(unit, aPlan(world.store, { ttl_ms: 400 })),
  );
  const { id } = made.result;
  await bind(chat.id, id);
  await world.teller.tellLate(made.result);
  await world.until(id, "running");
  // Its timer has ended twice, each time finding the chat busy.
  await soon("two timers have ended", async () => (await timersOf(id)) >= 3);
  assert.equal((await world.row(id)).status, "running");
  const handle = world.temporal.client.workflow.getHandle(`workspace-${id}`);
  const { currentDetails } = await handle.query<{ currentDetails: string }>("__temporal_workflow_metadata");
  assert.match(
    currentDetails,
    new RegExp(`^\\*\\*Running\\*\\* · since .+ for \\[\\S+\\]\\(\\S+/chat-${chat.id}\\)$`, "s"),
    "its run names the chats that work in it",
  );
  await chat.answer([{ type: "text", text: "done" }]);
  await world.until(id, "stopped");
});

test("W9 use puts the end off", async () => {
  const { id } = await world.create({ ttl_ms: 1_000 });
  // Used all the time, from before it runs until its timer has ended twice.
  const end = new AbortController();
  const using = (async () => {
    while (!end.signal.aborted) await touchWorkspace(world.store.pool, id);
  })();
  await soon("three timers have begun", async () => (await timersOf(id)) >= 3);
  assert.equal((await world.row(id)).status, "running");
  end.abort();
  await using;
  await world.until(id, "stopped");
});

test("W3 I2 a cancelled build is ended at once, and nothing of it is left", async () => {
  const reached = Promise.withResolvers<void>();
  world.driver.commands["make"] = () => {
    reached.resolve();
    return new Promise<number>(() => undefined);
  };
  const chat = await aChat(world.store);
  const began_by = { chat_id: chat.id, turn_id: (await chat.row()).current_turn_id ?? 0 };
  const { id, build_id } = await world.create({ build_commands: ["make"], began_by });
  await reached.promise;
  const { result } = await inUnit(world.store, (unit) => cancelBuild(unit, { build_id, began_by }));
  assert.ok(result !== null);
  await world.teller.tellLate(result);
  const row = await world.until(id, "failed");
  assert.match(row.error ?? "", /^The build was cancelled: the turn/);
  assert.equal(world.driver.places.has(id), false);
});

test("Q11 a wish nobody told is told by the worker", async () => {
  startLoops();
  const { result } = await inUnit(world.store, (unit) => createWorkspace(unit, aPlan(world.store)));
  const row = await world.until(result.id, "running");
  await soon("it counts as told", async () => (await world.row(row.id)).told_version === row.version);
});

test("Q11 a workspace on its way whose run is gone gets another", async () => {
  const reached = Promise.withResolvers<void>();
  world.driver.commands["make"] = () => {
    reached.resolve();
    return new Promise<number>(() => undefined);
  };
  const { id } = await world.create({ build_commands: ["make"] });
  await reached.promise;
  await world.temporal.client.workflow.getHandle(`workspace-${id}`).terminate();
  await world.stopWorkers();
  world.driver.places.clear();
  world.driver.commands["make"] = () => 0;
  await world.store.pool.query("update workspace_builds set provisioned = false where workspace_id = $1", [
    id,
  ]);
  await world.startWorker();
  startLoops();
  await world.until(id, "running");
});

test("W9 an overdue workspace whose run is gone is stopped", async () => {
  const { id } = await world.create({ ttl_ms: 600_000 });
  await world.until(id, "running");
  await world.temporal.client.workflow.getHandle(`workspace-${id}`).terminate();
  await age(id);
  startLoops();
  await world.until(id, "stopped");
});

test("a deletion that cannot be done says so, and is taken up anew when wished again", async () => {
  const { id } = await world.create();
  await world.until(id, "running");
  await world.untilNoRun(id);
  await world.stopWorkers();
  // What ten tries in three minutes come to, without the waiting.
  const deleting = await world.wish(id, "deleted");
  assert.equal(deleting.status, "deleting");
  await world.store.pool.query("update workspaces set status = 'failed', error = 'busy' where id = $1", [id]);
  await world.startWorker();
  await world.untilNoRun(id);
  await world.wish(id, "deleted");
  await world.untilGone(id);
});
