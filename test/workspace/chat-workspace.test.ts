// Tests: one workspace for a chat, whoever asks for it, however often, and whatever dies in between.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Store } from "../../store/store.ts";
import { ToolStopped } from "../../tools/tool.ts";
import { aChat, text } from "../support/turn/chats.ts";
import {
  aWatch,
  never,
  node,
  openToolWorlds,
  type ToolWorld,
  type ToolWorlds,
} from "../support/workspace/tool-worlds.ts";

let worlds: ToolWorlds;
before(async () => {
  worlds = await openToolWorlds();
});
after(() => worlds.close());

test("W2 a workspace is made once, bound to the chat, and its log is shown from the beginning", async () => {
  const world = worlds.aWorld();
  world.builder.script = { ...world.builder.script, log: ["one", "two"] };
  const chat = await aChat(worlds.store);
  const watch = aWatch();
  const report = await (await world.see(chat)).create(
    { ...node, name: "My App", parameters: { size: 3 } },
    watch,
  );
  assert.deepEqual(
    { ...report, workspace_id: "", build_id: "" },
    {
      workspace_id: "",
      name: "my-app",
      status: "running",
      agent_status: "ready",
      agent_error: null,
      build_id: "",
      created: true,
      message: "The workspace was made.",
    },
  );
  assert.equal(watch.shown.join(""), "one\ntwo\n");
  assert.equal((await chat.row()).workspace_id, report.workspace_id);
  const row = await world.row(report.workspace_id);
  assert.deepEqual(
    [row.parameters, row.plan.env, row.build_commands, row.driver],
    [{ size: 3 }, { PARAM_SIZE: "3" }, ["make"], "local"],
  );
});

test("W2 two turns and three parallel calls asking at once get one workspace", async () => {
  const world = worlds.aWorld();
  const release = world.hold();
  const chat = await aChat(worlds.store);
  const first = await world.see(chat);
  const begun = [aWatch(), aWatch(), aWatch()];
  const lost = begun.map((watch) => first.create(node, watch));
  await Promise.all(begun.map((watch) => watch.firstShown));
  // The first turn ends while its build goes on: a message comes in between, and the next turn asks, too.
  await chat.interrupt();
  await chat.send("again");
  await chat.settle({ type: "interrupted", answer: null });
  const second = await world.see(chat);
  const watches = [aWatch(), aWatch(), aWatch()];
  const asking = watches.map((watch) => second.create({ ...node, name: "other" }, watch));
  await Promise.all(watches.map((watch) => watch.firstShown));
  release();
  const reports = await Promise.all([...lost, ...asking]);
  assert.equal(new Set(reports.map(({ workspace_id }) => workspace_id)).size, 1);
  assert.deepEqual(reports.map(({ created }) => created).filter(Boolean), [true]);
  assert.equal(await world.countMadeBy(chat), 1);
  for (const watch of watches) assert.equal(watch.shown.join(""), "begun\n");
});

test("A3 a chat of a user who has as many workspaces as allowed is told so, and its turn goes on", async () => {
  const world = worlds.aWorld();
  const chat = await aChat(worlds.store);
  const workspace = await world.see(chat);
  const { workspacesPerUserMax } = worlds.store;
  Object.assign(worlds.store, { workspacesPerUserMax: 0 });
  try {
    await assert.rejects(workspace.create(node, aWatch()), {
      name: "ToolError",
      message: /as many workspaces as they may have: at most 0/,
      hint: /delete one/,
    });
  } finally {
    Object.assign(worlds.store, { workspacesPerUserMax });
  }
  assert.equal((await workspace.create(node, aWatch())).created, true);
});

test("W2 a workspace that runs is reused, whatever is asked for", async () => {
  const world = worlds.aWorld();
  const { workspace, report } = await world.aBuilt();
  const again = await workspace.create({ template: "no such template", parameters: { size: "x" } }, aWatch());
  assert.deepEqual([again.workspace_id, again.created], [report.workspace_id, false]);
  assert.match(again.message, /runs already/);
});

test("W2 a stopped workspace is started, and its place is the same", async () => {
  const world = worlds.aWorld();
  const { chat, workspace, report } = await world.aBuilt();
  world.driver.places.get(report.workspace_id)?.effects.push("a file");
  await world.wish(report.workspace_id, "stopped");
  const again = await workspace.create(node, aWatch());
  assert.deepEqual(
    [again.workspace_id, again.status, again.created],
    [report.workspace_id, "running", false],
  );
  assert.notEqual(again.build_id, report.build_id);
  assert.match(again.message, /has been started/);
  assert.deepEqual(world.driver.places.get(report.workspace_id)?.effects, ["a file"]);
  assert.equal(await world.countMadeBy(chat), 1);
});

test("W2 a dead workspace is replaced: failed, being deleted, deleted, or gone from its driver", async () => {
  const world = worlds.aWorld();
  const { chat, workspace, report, row } = await world.aBuilt();
  world.driver.places.clear();
  const second = await workspace.create(node, aWatch());
  assert.deepEqual([second.created, second.status], [true, "running"]);
  assert.match(second.message, /A new workspace was made/);
  assert.notEqual(second.workspace_id, report.workspace_id);
  assert.deepEqual([(await row()).status, (await row()).error], ["failed", "There is no such workspace"]);
  await world.wish(second.workspace_id, "deleted");
  const third = await workspace.create(node, aWatch());
  assert.equal(third.created, true);
  assert.equal((await chat.row()).workspace_id, third.workspace_id);
});

test("W2 an agent that fell silent is started again before its workspace is given out", async () => {
  const world = worlds.aWorld();
  const { workspace, report } = await world.aBuilt();
  const place = world.driver.places.get(report.workspace_id);
  assert.ok(place);
  Object.assign(place, { alive: false, mute: "no memory" });
  world.builder.script = { ...world.builder.script, silent: "still no memory" };
  const silent = await workspace.create(node, aWatch());
  assert.deepEqual(
    [silent.created, silent.agent_status, silent.agent_error],
    [false, "not_ready", "still no memory"],
  );
  assert.match(silent.message, /does not answer yet: still no memory/);
  await assert.rejects(workspace.agent(never), {
    name: "ToolError",
    message: /does not answer: no memory\./,
    hint: /start_workspace/,
  });
  place.mute = null;
  world.builder.script = { ...world.builder.script, silent: null };
  const revived = await workspace.start(aWatch());
  assert.equal(revived.agent_status, "ready");
  assert.equal((await (await workspace.agent(never)).health(never)).instance_id, "2");
});

test("W2 bad arguments make nothing: they are told in words", async () => {
  const world = worlds.aWorld();
  const chat = await aChat(worlds.store);
  const workspace = await world.see(chat);
  await assert.rejects(workspace.create({ template: "nod" }, aWatch()), {
    name: "ToolError",
    hint: 'Similar templates: "node".',
  });
  await assert.rejects(workspace.create({ ...node, parameters: { size: "big" } }, aWatch()), {
    message: /parameters\.size must be a number/,
  });
  assert.equal((await chat.row()).workspace_id, null);
});

test("W4 a worker's end leaves the build; the call that is run again joins it and shows its log from the beginning", async () => {
  const world = worlds.aWorld();
  const release = world.hold();
  const chat = await aChat(worlds.store);
  const watch = aWatch();
  const lost = (await world.see(chat)).create(node, watch);
  await watch.firstShown;
  const left = new ToolStopped("leave");
  watch.controller.abort(left);
  await assert.rejects(lost, left);
  // Another worker, which knows nothing.
  const other = worlds.aWorld();
  const again = aWatch();
  const joined = (await other.see(chat)).create(node, again);
  await again.firstShown;
  release();
  assert.equal((await joined).status, "running");
  assert.equal(again.shown.join(""), "begun\n");
  assert.equal(await world.countMadeBy(chat), 1);
});

test("W4 a call that is interrupted while its worker is dead has its build cancelled by the next", async () => {
  const world = worlds.aWorld();
  const release = world.hold();
  const chat = await aChat(worlds.store);
  const turn = (await chat.row()).current_turn_id ?? 0;
  const watch = aWatch();
  const lost = (await world.see(chat)).create(node, watch);
  await watch.firstShown;
  watch.controller.abort(new ToolStopped("leave"));
  await assert.rejects(lost);
  await chat.interrupt();
  await (await world.see(chat, turn + 1)).abandon();
  const row = await world.row((await chat.row()).workspace_id);
  assert.equal(row.status, "building");
  await (await world.see(chat, turn)).abandon();
  release();
  await world.builder.rest();
  assert.equal((await world.row(row.id)).status, "failed");
});

test("W2 a turn that was interrupted before its call began makes nothing", async () => {
  const world = worlds.aWorld();
  const chat = await aChat(worlds.store);
  const workspace = await world.see(chat);
  await chat.interrupt();
  await assert.rejects(workspace.create(node, aWatch()), { message: "The turn of this call has ended." });
  assert.equal((await chat.row()).workspace_id, null);
  const stopped = aWatch();
  stopped.controller.abort(new ToolStopped("end"));
  await assert.rejects(workspace.create(node, stopped), ToolStopped);
});

test("I3 a message that waits in the queue finds the workspace of the turn before", async () => {
  const world = worlds.aWorld();
  const { chat, report } = await world.aBuilt();
  await chat.answer(text("done"));
  await chat.send("next");
  const again = await (await world.see(chat)).create(node, aWatch());
  assert.deepEqual([again.workspace_id, again.created], [report.workspace_id, false]);
});

/** One query in so many fails: each of a call's queries fails in one of as many calls. */
const brokenStride = 7;

/** The store of the tests, but every seventh query from this one on meets a network that fell silent. */
function brokenFrom(first: number): { readonly store: Store; readonly failures: () => number } {
  let queries = 0;
  let failures = 0;
  const pool = new Proxy(worlds.store.pool, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...input: unknown[]): unknown => {
        const isQuery = name === "query" || name === "connect";
        if (!isQuery || queries++ % brokenStride !== first) return Reflect.apply(value, target, input);
        failures += 1;
        return Promise.reject(new Error("Query read timeout"));
      };
    },
  });
  return { store: { ...worlds.store, pool }, failures: () => failures };
}

/** What the model is told when it makes a workspace, uses it, stops it, starts it, loses it, and fails to make another. */
async function liveThrough(world: ToolWorld): Promise<string[]> {
  const chat = await aChat(worlds.store);
  const told: string[] = [];
  const tell = async (call: Promise<object>) => {
    const answer = await call.catch((error: Error) => error);
    told.push("message" in answer ? answer.message : "status" in answer ? String(answer.status) : "done");
  };
  const workspace = await world.see(chat);
  world.builder.script = { ...world.builder.script, log: ["begun"] };
  await tell(workspace.create(node, aWatch()));
  await tell(workspace.create(node, aWatch()));
  await tell(workspace.agent(never));
  await tell(workspace.stop(aWatch()));
  await tell(workspace.start(aWatch()));
  await world.builder.rest();
  world.driver.places.clear();
  await tell(workspace.start(aWatch()));
  world.builder.script = { ...world.builder.script, error: "make ended with 2" };
  await tell(workspace.create(node, aWatch()));
  await world.builder.rest();
  // Each life has a workspace of another name.
  return told.map((words) => words.replaceAll(/\b[a-z]+-[a-z]+-\d+\b|"[^"]+"/g, "<name>"));
}

test("X8 a database away at any query of a call is waited for, and the model hears nothing of it", async () => {
  const undisturbed = await liveThrough(worlds.aWorld());
  assert.deepEqual(new Set(undisturbed).size, undisturbed.length, undisturbed.join("\n"));
  let failed = 0;
  for (let first = 0; first < brokenStride; first++) {
    const { store, failures } = brokenFrom(first);
    assert.deepEqual(await liveThrough(worlds.aWorld(store)), undisturbed, `without query ${first}`);
    failed += failures();
  }
  assert.ok(failed >= 15, `${failed} queries failed`);
});
