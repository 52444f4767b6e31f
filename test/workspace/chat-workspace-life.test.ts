// Tests: the life of a chat's workspace as its tools see it: builds that fail or are interrupted, stops, starts, agents that die.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { inUnit } from "../../store/unit.ts";
import { bindWorkspace } from "../../store/workspace/bind-workspace.ts";
import { requestWorkspace } from "../../store/workspace/request-workspace.ts";
import { readBuild } from "../../store/workspace/workspace-builds.ts";
import { ToolStopped } from "../../tools/tool.ts";
import { aChat } from "../support/turn/chats.ts";
import { aWatch, never, node, openToolWorlds, type ToolWorlds } from "../support/workspace/tool-worlds.ts";

let worlds: ToolWorlds;
before(async () => {
  worlds = await openToolWorlds();
});
after(() => worlds.close());

test("W3 a failed build is an error with the log's tail, for who began it and who joined it, and is not replaced silently", async () => {
  const world = worlds.aWorld();
  const held = Promise.withResolvers<void>();
  const log = Array.from({ length: 1_200 }, (_, at) => `line ${at + 1}`);
  world.builder.script = { log, error: "make ended with 2", silent: null, held: held.promise };
  const chat = await aChat(worlds.store);
  const workspace = await world.see(chat);
  const watches = [aWatch(), aWatch()];
  const builds = watches.map((watch) => workspace.create(node, watch));
  await Promise.all(watches.map((watch) => watch.firstShown));
  held.resolve();
  for (const outcome of await Promise.allSettled(builds)) {
    assert.ok(outcome.status === "rejected");
    const { message } = outcome.reason as Error;
    assert.match(
      message,
      /^The build of the workspace has failed: make ended with 2\.\nThe end of its log:\n/,
    );
    assert.equal(message.split("\n").at(-1), "line 1200");
    assert.ok(message.length < 16 * 1024);
  }
  for (const watch of watches) assert.equal(watch.shown.join(""), log.map((line) => `${line}\n`).join(""));
  assert.equal(await world.countMadeBy(chat), 1);
  await world.builder.rest();
  await assert.rejects(workspace.agent(never), {
    message: /has failed: make ended with 2/,
    hint: /create_workspace/,
  });
  await assert.rejects(workspace.start(aWatch()), { message: /has failed/, hint: /create_workspace/ });
  world.builder.script = { log: [], error: null, silent: null, held: Promise.resolve() };
  assert.equal((await workspace.create(node, aWatch())).created, true);
});

test("W3 an agent that is not ready is no failure", async () => {
  const world = worlds.aWorld();
  world.builder.script = { ...world.builder.script, silent: "it did not answer within 120 s" };
  const report = await (await world.see(await aChat(worlds.store))).create(node, aWatch());
  assert.deepEqual([report.created, report.status, report.agent_status], [true, "running", "not_ready"]);
  assert.equal(report.agent_error, "it did not answer within 120 s");
});

test("W3 an interrupt cancels the build that its turn began, and nothing of it is left", async () => {
  const world = worlds.aWorld();
  const release = world.hold();
  const chat = await aChat(worlds.store);
  const watch = aWatch();
  const building = (await world.see(chat)).create(node, watch);
  await watch.firstShown;
  await chat.interrupt();
  const stopped = new ToolStopped("end");
  watch.controller.abort(stopped);
  await assert.rejects(building, stopped);
  const row = await world.row((await chat.row()).workspace_id);
  assert.equal((await readBuild(worlds.store.pool, row.id, row.build_id))?.status, "cancelled");
  release();
  await world.builder.rest();
  assert.deepEqual([(await world.row(row.id)).status, [...world.driver.places.keys()]], ["failed", []]);
});

test("W3 an interrupt leaves a build alone that another turn began", async () => {
  const world = worlds.aWorld();
  const release = world.hold();
  const owner = await aChat(worlds.store);
  const owned = aWatch();
  const building = (await world.see(owner)).create(node, owned);
  await owned.firstShown;
  const { workspace_id } = await owner.row();
  const guest = await aChat(worlds.store);
  await inUnit(worlds.store, (unit) =>
    bindWorkspace(unit, { chat_id: guest.id, owner_id: null, workspace_id }),
  );
  const watch = aWatch();
  const joined = (await world.see(guest)).create(node, watch);
  await watch.firstShown;
  watch.controller.abort(new ToolStopped("end"));
  await assert.rejects(joined, ToolStopped);
  release();
  assert.equal((await building).status, "running");
});

test("W9 without a workspace, and with a stopped one, tools are told which tool helps", async () => {
  const world = worlds.aWorld();
  const bare = await world.see(await aChat(worlds.store));
  for (const ask of [() => bare.agent(never), () => bare.start(aWatch()), () => bare.stop(aWatch())]) {
    await assert.rejects(ask, { message: "This chat has no workspace.", hint: /create_workspace/ });
  }
  const { workspace, report } = await world.aBuilt();
  assert.equal((await (await workspace.agent(never)).health(never)).instance_id, "1");
  assert.deepEqual(await workspace.stop(aWatch()), {
    workspace_id: report.workspace_id,
    name: report.name,
    status: "stopped",
  });
  assert.equal((await workspace.stop(aWatch())).status, "stopped");
  await assert.rejects(workspace.agent(never), { message: /is stopped/, hint: /start_workspace/ });
  const started = await workspace.start(aWatch());
  assert.deepEqual([started.status, started.created], ["running", false]);
  assert.equal((await workspace.start(aWatch())).build_id, started.build_id);
  assert.equal((await (await workspace.agent(never)).health(never)).instance_id, "2");
});

test("W9 while it is being built, tools are told to wait for it with create_workspace", async () => {
  const world = worlds.aWorld();
  const release = world.hold();
  const chat = await aChat(worlds.store);
  const workspace = await world.see(chat);
  const watch = aWatch();
  const building = workspace.create(node, watch);
  await watch.firstShown;
  await assert.rejects(workspace.agent(never), { message: /is being built/, hint: /create_workspace/ });
  const started = workspace.start(aWatch());
  release();
  assert.equal((await started).build_id, (await building).build_id);
});

test("W9 each use keeps the workspace alive, written down once in fifteen seconds", async () => {
  const world = worlds.aWorld();
  const { workspace, report, row } = await world.aBuilt();
  const age = () =>
    worlds.store.pool.query("update workspaces set last_active_at = '2020-01-01' where id = $1", [
      report.workspace_id,
    ]);
  const isOld = async () => (await row()).last_active_at.startsWith("2020");
  await age();
  await workspace.agent(never);
  assert.equal(await isOld(), false);
  await age();
  world.pass(14_999);
  await workspace.agent(never);
  assert.equal(await isOld(), true);
  world.pass(1);
  await workspace.agent(never);
  assert.equal(await isOld(), false);
});

test("W5 an agent that was killed is revived by the next call, and by the call it died under", async () => {
  const world = worlds.aWorld();
  const { workspace, report } = await world.aBuilt();
  const agent = await workspace.agent(never);
  const place = world.driver.places.get(report.workspace_id);
  assert.ok(place);
  place.alive = false;
  await agent.files.writeFile({ key: "call-1", path: "a", content: "x" }, never);
  assert.deepEqual([place.instance, place.effects], [2, ["write call-1"]]);
  place.alive = false;
  world.pass(30_000);
  assert.equal((await (await workspace.agent(never)).health(never)).instance_id, "3");
});

test("W9 a workspace deleted, stopped or emptied under a running tool is a clear error", async () => {
  const world = worlds.aWorld();
  const deleted = await world.aBuilt();
  const stopped = await world.aBuilt();
  const emptied = await world.aBuilt();
  const agents = await Promise.all(
    [deleted, stopped, emptied].map(({ workspace }) => workspace.agent(never)),
  );
  await world.wish(deleted.report.workspace_id, "deleted");
  await world.wish(stopped.report.workspace_id, "stopped");
  world.driver.places.delete(emptied.report.workspace_id);
  const read = (at: number) => agents[at]?.files.readLines({ path: "a" }, never) ?? Promise.resolve();
  await assert.rejects(read(0), { message: "The workspace was deleted.", hint: /create_workspace/ });
  await assert.rejects(read(1), { message: /is stopped/, hint: /start_workspace/ });
  await assert.rejects(read(2), { message: /Nothing is left/, hint: /create_workspace/ });
  assert.equal((await emptied.row()).status, "failed");
});

test("W9 a workspace deleted while it is built is a clear error", async () => {
  const world = worlds.aWorld();
  const release = world.hold();
  const chat = await aChat(worlds.store);
  const watch = aWatch();
  const building = (await world.see(chat)).create(node, watch);
  await watch.firstShown;
  const input = { id: (await chat.row()).workspace_id ?? "", owner_id: null, wish: "deleted" } as const;
  const { result } = await inUnit(worlds.store, (unit) => requestWorkspace(unit, input));
  const told = world.builder.tell(result);
  release();
  await assert.rejects(building, { name: "ToolError", message: /was deleted|was cancelled/ });
  await told;
});

test("W10 a workspace of another driver is not touched by this one", async () => {
  const world = worlds.aWorld();
  const { workspace, report, row } = await world.aBuilt();
  await worlds.store.pool.query("update workspaces set driver = 'docker' where id = $1", [
    report.workspace_id,
  ]);
  const words = { message: /made by the driver docker; this server has local/ };
  await assert.rejects(workspace.agent(never), words);
  await assert.rejects(workspace.create(node, aWatch()), words);
  assert.equal((await row()).status, "running");
});
