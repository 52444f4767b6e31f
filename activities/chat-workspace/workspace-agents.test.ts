// Agents that go away and come back, as tools meet them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ToolError } from "../../tools/tool-error.ts";
import { type AgentApi, AgentError } from "../../workspaces/agent/api.ts";
import { createMemoryDriver, type MemoryPlace } from "./agent-fixture.ts";
import { createSteadyAgent } from "./steady-agent.ts";
import { createWorkspaceAgents } from "./workspace-agents.ts";

const never = new AbortController().signal;
const plan = {
  image: "debian:bookworm",
  files: null,
  env: {},
  network: false,
  limits: { memory_mib: 64, cpus: 1, pids: 16 },
};

async function aWorld() {
  const driver = createMemoryDriver();
  await driver.provision("w1", plan, { signal: never, log: () => undefined });
  let now = 0;
  const state = { running: true };
  const agents = createWorkspaceAgents({
    driver,
    openAgent: (address) => driver.openAgent(address),
    isRunning: () => Promise.resolve(state.running),
    nowMs: () => now,
  });
  const place = driver.places.get("w1") as MemoryPlace;
  const row = { id: "w1", plan, build_id: "b1" };
  const reach = async (): Promise<AgentApi> => {
    const reached = await agents.reach(row, never);
    if (reached.type !== "ready") throw new ToolError(reached.message);
    return reached.agent;
  };
  const steady = async () =>
    createSteadyAgent({
      agent: await reach(),
      recover() {
        agents.suspect("w1");
        return reach();
      },
    });
  const pass = (ms: number) => {
    now += ms;
  };
  return { driver, agents, place, row, state, reach, steady, pass };
}

/** Dies once, when the request of that name has had its effect. */
function diesAfter(place: MemoryPlace, name: string): void {
  place.onCall = (called) => {
    if (called !== name) return;
    place.alive = false;
    place.onCall = () => undefined;
  };
}

test("W2 an agent is asked of the driver once, and pinged when half a minute has passed", async () => {
  const { driver, place, reach, pass } = await aWorld();
  const calls: string[] = [];
  place.onCall = (name) => calls.push(name);
  assert.equal(await reach(), await reach());
  pass(29_999);
  await reach();
  assert.deepEqual([driver.asked, calls], [["connect"], []]);
  pass(1);
  await reach();
  assert.deepEqual([driver.asked, calls], [["connect"], ["health"]]);
});

test("W2 many calls that find the agent gone at once look for it once", async () => {
  const { driver, place, reach, pass } = await aWorld();
  await reach();
  place.alive = false;
  pass(30_000);
  const found = await Promise.all(Array.from({ length: 10 }, reach));
  assert.equal(new Set(found).size, 1);
  assert.deepEqual([driver.asked, place.instance], [["connect", "connect"], 2]);
});

test("W9 after a start the agent is asked of the driver again", async () => {
  const { driver, agents, row, reach } = await aWorld();
  await reach();
  await agents.reach({ ...row, build_id: "b2" }, never);
  assert.deepEqual(driver.asked, ["connect", "connect"]);
});

test("W9 an agent started just as its workspace was stopped is stopped again", async () => {
  const { driver, agents, place, row, state } = await aWorld();
  place.alive = false;
  state.running = false;
  assert.deepEqual(await agents.reach(row, never), { type: "silent", message: "the workspace was stopped" });
  assert.deepEqual([driver.asked, place.alive], [["connect", "stop"], false]);
});

test("W2 a place that is gone is told from an agent that is silent", async () => {
  const { driver, agents, place, row } = await aWorld();
  place.mute = "it crashed";
  assert.deepEqual(await agents.reach(row, never), { type: "silent", message: "it crashed" });
  await driver.destroy("w1");
  assert.equal((await agents.reach(row, never)).type, "missing");
});

test("I2 who is interrupted while the agent is looked for stops waiting; the others do not", async () => {
  const { driver, agents, row } = await aWorld();
  const held = Promise.withResolvers<void>();
  driver.beforeConnect = () => held.promise;
  const interrupted = new AbortController();
  const stopped = agents.reach(row, interrupted.signal);
  const waiting = agents.reach(row, never);
  const reason = new Error("interrupted");
  interrupted.abort(reason);
  await assert.rejects(stopped, reason);
  held.resolve();
  assert.equal((await waiting).type, "ready");
});

test("W5 reads and keyed effects go on with the agent that came back, and happen once", async () => {
  const { place, steady } = await aWorld();
  const agent = await steady();
  place.alive = false;
  assert.equal((await agent.files.readLines({ path: "a" }, never)).content, "1\tone");
  diesAfter(place, "writeFile");
  await agent.files.writeFile({ key: "call-1", path: "a", content: "x" }, never);
  diesAfter(place, "start");
  const { process } = await agent.processes.start({ key: "call-2", command: "make" }, never);
  assert.equal(process.key, "call-2");
  assert.deepEqual([place.effects, place.instance], [["write call-1", "start call-2"], 4]);
});

test("W5 what is not kept under a key is not repeated: its outcome is unknown", async () => {
  const { place, steady } = await aWorld();
  const agent = await steady();
  diesAfter(place, "writeInput");
  const input = agent.processes.writeInput({ key: "p", text: "y" }, never);
  await assert.rejects(input, { name: "ToolError", message: /whether the call took effect is not known/ });
  diesAfter(place, "signal");
  await assert.rejects(agent.processes.signal({ key: "p", signal: "SIGUSR1" }, never), /not known/);
  assert.equal(place.effects.length, 2);
  diesAfter(place, "signal");
  await agent.processes.signal({ key: "p", signal: "SIGTERM" }, never);
  assert.equal(place.effects.length, 4);
});

test("W5 a refused token means that nothing was done: anything is asked again", async () => {
  const { place, steady } = await aWorld();
  const agent = await steady();
  place.instance = 7;
  await agent.processes.writeInput({ key: "p", text: "y" }, never);
  assert.equal(place.effects.length, 1);
});

test("W5 an agent that goes away twice in one call is an error in words", async () => {
  const { place, steady } = await aWorld();
  const agent = await steady();
  place.onCall = (name) => {
    if (name === "list") place.alive = false;
  };
  await assert.rejects(agent.processes.list(never), { name: "ToolError", message: /went away again/ });
});

test("W5 whoever follows a process whose agent comes back may ask again from where it was", async () => {
  const { place, steady } = await aWorld();
  const agent = await steady();
  const events = agent.processes.follow({ key: "p", offset: 5 }, never)[Symbol.asyncIterator]();
  assert.equal((await events.next()).value.offset, 5);
  place.alive = false;
  await assert.rejects(events.next(), (error: unknown) => {
    return error instanceof AgentError && error.code === "unreachable";
  });
  const seen: string[] = [];
  for await (const event of agent.processes.follow({ key: "p", offset: 10 }, never)) seen.push(event.type);
  assert.deepEqual(seen, ["output", "ended"]);
});

test("W5 a silent agent in the middle of a call is the error that says why", async () => {
  const { place, steady } = await aWorld();
  const agent = await steady();
  Object.assign(place, { alive: false, mute: "its disk is full" });
  await assert.rejects(agent.files.readLines({ path: "a" }, never), { message: "its disk is full" });
  const events = agent.processes.follow({ key: "p", offset: 0 }, never)[Symbol.asyncIterator]();
  await assert.rejects(events.next(), { message: "its disk is full" });
});

test("W6 errors of the agent itself are passed on as they are", async () => {
  const { place, steady } = await aWorld();
  const agent = await steady();
  place.onCall = () => {
    throw new AgentError("not_found", "no such file");
  };
  await assert.rejects(agent.files.readLines({ path: "a" }, never), { code: "not_found" });
});
