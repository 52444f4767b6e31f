// Tests: the life of a workspace, from the wish to what the driver was made to do, on a real Postgres and a real Temporal.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type { WorkflowFailedError } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import { WorkspaceError } from "../../workspaces/driver.ts";
import { ScriptedDriver } from "../support/workspace/scripted-driver.ts";
import { WorkspaceWorld } from "../support/workspace/workspace-world.ts";

let world: WorkspaceWorld;
before(async () => {
  world = await WorkspaceWorld.open();
});
after(() => world.close());
beforeEach(async () => {
  world.driver = new ScriptedDriver();
  await world.ensureWorker();
});

test("W3 a build makes the place, reaches the agent, runs the build commands and the start-up script", async () => {
  const { id } = await world.create({ build_commands: ["make", "make test"], startup: "serve" });
  const row = await world.until(id, "running");
  assert.deepEqual([row.agent_status, row.error, row.wish], ["ready", null, "running"]);
  assert.deepEqual([(await world.build(row)).status, (await world.build(row)).kind], ["succeeded", "create"]);
  assert.deepEqual(await world.log(row), [
    "making the place",
    "$ make",
    "ran make",
    "$ make test",
    "ran make test",
    "$ start-up script",
    "ran serve",
  ]);
  const { build_id } = row;
  const keys = [`build-${build_id}-0`, `build-${build_id}-1`, `startup-${build_id}`];
  assert.deepEqual(world.driver.places.get(id)?.started, keys);
  assert.equal(await world.untilNoRun(id), "COMPLETED");
});

test("W3 a build command that fails ends the build with its exit code and leaves no half workspace", async () => {
  world.driver.commands["make"] = (say) => (say("no rule\n"), 2);
  const { id } = await world.create({ build_commands: ["make", "never"] });
  const row = await world.until(id, "failed");
  assert.equal(row.error, "`make` ended with exit code 2");
  const build = await world.build(row);
  assert.deepEqual([build.status, build.error], ["failed", row.error]);
  assert.deepEqual(await world.log(row), ["making the place", "$ make", "no rule"]);
  assert.deepEqual(world.driver.steps.at(-1), "destroy");
  assert.equal(world.driver.places.has(id), false);
  assert.equal(await world.untilNoRun(id), "FAILED");
  const run = world.temporal.client.workflow.getHandle(`workspace-${id}`);
  const failure = await run.result().then(assert.fail, (error: WorkflowFailedError) => error.cause);
  assert.ok(failure instanceof ApplicationFailure);
  // Its words are for its owner alone.
  assert.deepEqual([failure.type, failure.message], ["build_failed", "The build failed."]);
  const { currentDetails } = await run.query<{ currentDetails: string }>("__temporal_workflow_metadata");
  assert.match(currentDetails, /^\*\*Failed\*\* · since /);
});

test("W3 a driver that cannot make the place fails the build in its own words", async () => {
  world.driver.before.provision = async () => {
    throw new WorkspaceError("image_missing", "the image node:99 is not there");
  };
  const { id } = await world.create();
  const row = await world.until(id, "failed");
  assert.equal(row.error, "the image node:99 is not there");
});

test("W3 an agent that never answers is not ready, which is no failure; started again, the rest is made up for", async () => {
  world.driver.before.connect = async () => {
    throw new WorkspaceError("agent_failed", "no socket");
  };
  const { id } = await world.create({ build_commands: ["make"], startup: "serve" });
  const row = await world.until(id, "running");
  assert.equal(row.agent_status, "not_ready");
  assert.match(
    row.agent_error ?? "",
    /did not answer within .* no socket.*Not run: the build commands and the start-up/,
  );
  assert.equal((await world.build(row)).status, "succeeded");
  await world.untilNoRun(id);

  world.driver.before.connect = async () => undefined;
  const again = await world.wish(id, "running");
  assert.notEqual(again.build_id, row.build_id);
  const ready = await world.until(id, "running");
  assert.equal(ready.agent_status, "ready");
  const { build_id } = ready;
  assert.deepEqual(world.driver.places.get(id)?.started, [`build-${build_id}-0`, `startup-${build_id}`]);
});

test("W3 an agent that answers late is waited for", async () => {
  await world.stopWorkers();
  world.connectMs = 60_000;
  await world.startWorker();
  let attempts = 0;
  world.driver.before.connect = async () => {
    if (++attempts === 1) throw new WorkspaceError("agent_failed", "not yet");
  };
  const { id } = await world.create();
  const row = await world.until(id, "running");
  await world.stopWorkers();
  world.connectMs = 200;
  assert.equal(row.agent_status, "ready");
  assert.deepEqual(await world.log(row), [
    "making the place",
    "The workspace agent does not answer yet: not yet",
  ]);
});

test("W3 a stopped workspace keeps its place; its start runs the start-up script and not the build commands", async () => {
  const { id } = await world.create({ build_commands: ["make"], startup: "serve" });
  await world.until(id, "running");
  await world.wish(id, "stopped");
  const stopped = await world.until(id, "stopped");
  assert.deepEqual([stopped.agent_status, stopped.error], ["none", null]);
  const started = await world.wish(id, "running");
  assert.equal((await world.build(started)).kind, "start");
  const row = await world.until(id, "running");
  assert.deepEqual(await world.log(row), ["$ start-up script", "ran serve"]);
  assert.deepEqual(world.driver.steps, [
    "provision",
    "connect",
    "connect",
    "connect",
    "stop",
    "connect",
    "connect",
  ]);
});

test("W3 a start-up script that fails stops the workspace, says why, and keeps its files", async () => {
  let exit = 0;
  world.driver.commands["serve"] = () => exit;
  const { id } = await world.create({ startup: "serve" });
  await world.until(id, "running");
  await world.wish(id, "stopped");
  await world.until(id, "stopped");
  exit = 7;
  await world.wish(id, "running");
  const row = await world.until(id, "stopped");
  assert.equal(row.error, "`start-up script` ended with exit code 7");
  assert.equal((await world.build(row)).status, "failed");
  assert.equal(world.driver.places.has(id), true);
});

test("W3 a workspace whose place is gone fails its start and says so", async () => {
  const { id } = await world.create();
  await world.until(id, "running");
  await world.wish(id, "stopped");
  await world.until(id, "stopped");
  world.driver.places.clear();
  await world.wish(id, "running");
  const row = await world.until(id, "failed");
  assert.equal(row.error, "there is no such place");
  // Asked for again, it is made anew.
  assert.equal((await world.build(await world.wish(id, "running"))).kind, "create");
  await world.until(id, "running");
});

test("W3 a build that takes too long is ended and removed", async () => {
  await world.stopWorkers();
  world.buildMs = 300;
  await world.startWorker();
  world.driver.commands["sleep"] = () => new Promise<number>(() => undefined);
  const { id } = await world.create({ build_commands: ["sleep"] });
  const row = await world.until(id, "failed");
  await world.stopWorkers();
  world.buildMs = 600_000;
  assert.match(row.error ?? "", /^The build took longer than/);
  assert.equal(world.driver.places.has(id), false);
});

test("a deletion during a build ends the build, removes the place, and then the row", async () => {
  const reached = Promise.withResolvers<void>();
  world.driver.before.provision = (step) =>
    new Promise((_, reject) => {
      reached.resolve();
      step.signal.addEventListener("abort", () => reject(step.signal.reason as Error), { once: true });
    });
  const { id } = await world.create();
  await reached.promise;
  await world.wish(id, "deleted");
  await world.untilGone(id);
  assert.deepEqual(world.driver.steps, ["provision", "destroy"]);
  assert.equal(await world.untilNoRun(id), "COMPLETED");
});

test("a running workspace is deleted with all that is in it", async () => {
  const { id } = await world.create({ ttl_ms: 600_000 });
  await world.until(id, "running");
  await world.wish(id, "deleted");
  await world.untilGone(id);
  assert.equal(world.driver.places.has(id), false);
  assert.equal(await world.untilNoRun(id), "COMPLETED");
});

test("W3 a start wished while a stop is under way follows it", async () => {
  const { id } = await world.create();
  await world.until(id, "running");
  const reached = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  world.driver.before.stop = async () => {
    reached.resolve();
    await go.promise;
  };
  await world.wish(id, "stopped");
  await reached.promise;
  const wished = await world.wish(id, "running");
  assert.equal(wished.status, "stopping");
  go.resolve();
  const row = await world.until(id, "running");
  assert.equal(row.build_id, wished.build_id);
});

test("O2 a worker that ends hands its build on: each command runs once, and the log has each line once", async () => {
  const reached = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  world.driver.commands["make"] = async (say) => {
    say("one\ntwo\nthr");
    reached.resolve();
    await go.promise;
    say("ee\nfour\n");
    return 0;
  };
  const { id, build_id } = await world.create({ build_commands: ["first", "make"] });
  await reached.promise;
  await world.stopWorkers();
  go.resolve();
  await world.startWorker();
  const row = await world.until(id, "running");
  assert.deepEqual(await world.log(row), [
    "making the place",
    "$ first",
    "ran first",
    "$ make",
    "one",
    "two",
    "three",
    "four",
  ]);
  assert.deepEqual(world.driver.places.get(id)?.started, [`build-${build_id}-0`, `build-${build_id}-1`]);
});

test("cancel in Temporal's Web UI stops what is being built, and leaves nothing of it", async () => {
  const reached = Promise.withResolvers<void>();
  world.driver.commands["make"] = () => {
    reached.resolve();
    return new Promise<number>(() => undefined);
  };
  const { id } = await world.create({ build_commands: ["make"] });
  await reached.promise;
  await world.temporal.client.workflow.getHandle(`workspace-${id}`).cancel();
  const row = await world.until(id, "failed");
  assert.equal((await world.build(row)).status, "cancelled");
  assert.equal(world.driver.places.has(id), false);
  assert.equal(await world.untilNoRun(id), "COMPLETED");
});

test("X5 a driver's bug ends the build in words, and its run too", async () => {
  world.driver.before.provision = async () => {
    throw new TypeError("x is undefined");
  };
  const { id } = await world.create();
  const row = await world.until(id, "failed");
  assert.match(row.error ?? "", /^Something broke on our side: TypeError: x is undefined/);
  assert.equal(await world.untilNoRun(id), "FAILED");
});
