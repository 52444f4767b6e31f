// Tests: MCP servers that are programs inside a workspace, over a real agent: they answer, flood, die and hang, and end with their
// connection or without their worker.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openConnection } from "../../../mcp/connection/open-connection.ts";
import type { McpTarget } from "../../../mcp/connection/open-transport.ts";
import { WorkspaceTransport } from "../../../mcp/connection/workspace-transport.ts";
import { McpFault } from "../../../mcp/mcp-fault.ts";
import { McpPool } from "../../../mcp/pool/pool.ts";
import { createGuardedFetch } from "../../../platform/network/guarded-fetch.ts";
import { openAgent } from "../../../workspaces/client/agent-client.ts";
import { soon } from "../../support/soon.ts";
import { AgentFixture } from "../../support/workspace/agent-fixture.ts";
import { aCall, resultOf } from "./servers/calls.ts";
import { aServer, askingProgram, everythingProgram, oddProgram } from "./servers/programs.ts";

interface World {
  readonly fixture: AgentFixture;
  readonly pool: McpPool;
  readonly clock: { now: number };
  /** A target whose program notes what it does. */
  target(program: typeof everythingProgram | ReturnType<typeof oddProgram>): McpTarget;
  /** Programs of MCP servers that run inside. */
  running(): Promise<number>;
  readonly journal: string;
  lines(): readonly string[];
}

const never = new AbortController().signal;

async function aWorld(t: TestContext, kind: "unix" | "stream" = "unix"): Promise<World> {
  const fixture = await AgentFixture.start(t);
  const agent = openAgent(fixture.address(t, kind));
  const clock = { now: 0 };
  const fetch = createGuardedFetch({ allowPrivate: false, setting: "EVERTURN_ALLOW_PRIVATE_MCP" });
  const pool = new McpPool({
    place: { fetch, allowStdio: false },
    open: openConnection,
    now: () => clock.now,
  });
  t.after(async () => {
    await pool.close();
    agent.close();
  });
  const journal = join(fixture.root, "journal");
  return {
    fixture,
    pool,
    clock,
    target(program) {
      const server = aServer({ type: "stdio", ...program }, { is_deployments: false });
      return { server, key: server.id, signedIn: null, inside: async () => agent.processes };
    },
    async running() {
      const processes = await agent.processes.list(never);
      return processes.filter(({ key, state }) => key.startsWith("mcp-") && state === "running").length;
    },
    journal,
    lines: () => (existsSync(journal) ? readFileSync(journal, "utf8").trim().split("\n") : []),
  };
}

const odd = ({ journal }: World) => oddProgram({ ODD_JOURNAL: journal });

for (const kind of ["unix", "stream"] as const) {
  test(`C4 a program inside a workspace answers, tells progress and is cancelled, over a ${kind} address`, async (t) => {
    const world = await aWorld(t, kind);
    const to = world.target(everythingProgram);
    const [tools, again] = await Promise.all([world.pool.toolsOf(to, never), world.pool.toolsOf(to, never)]);
    assert.deepEqual(tools, again);
    assert.ok(tools.some(({ name }) => name === "echo"));
    const message = "héllo ".repeat(100_000);
    const echoed = resultOf(await world.pool.call(to, aCall("echo", { args: { message } }), false));
    assert.equal(echoed.content[0]?.type === "text" && echoed.content[0].text, `Echo: ${message}`);
    const shown: unknown[] = [];
    const controller = new AbortController();
    const long = aCall("trigger-long-running-operation", {
      args: { duration: 600, steps: 6_000 },
      signal: controller.signal,
      onProgress: (progress) => void shown.push(progress),
    });
    const endless = world.pool.call(to, long, false);
    await soon("progress is told", () => shown.length > 0);
    controller.abort(new Error("enough"));
    await assert.rejects(endless, /enough/);
    assert.equal(await world.running(), 1);
    await world.pool.close();
    await soon("it ends with its connection", async () => (await world.running()) === 0);
  });
}

test("C4 a program inside a workspace has the workspace's variables and its own, and runs in its folder", async (t) => {
  const world = await aWorld(t);
  const to = world.target(oddProgram({ OWN: "it's $HOME" }));
  const { content } = resultOf(await world.pool.call(to, aCall("env"), false));
  assert.match(JSON.stringify(content), /OWN/);
});

function isFault(type: McpFault["type"], words = /./): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof McpFault, String(error));
    assert.equal(error.type, type, error.message);
    assert.match(error.message, words);
    return true;
  };
}

test("C4 a program inside a workspace that floods is cut off and ended, and waits before it is started again", async (t) => {
  const world = await aWorld(t);
  const to = world.target(odd(world));
  await assert.rejects(world.pool.call(to, aCall("flood"), false), isFault("flooding"));
  await soon("it is ended", async () => (await world.running()) === 0);
  const greet = () => world.pool.call(to, aCall("greet", { args: { name: "you" } }), false);
  await assert.rejects(greet(), /tried again in 1 s/);
  world.clock.now += 1_001;
  assert.match(JSON.stringify(await greet()), /hello you/);
});

test("C4 a call whose program died inside is not made again unless it reads; the next call starts the program anew", async (t) => {
  const world = await aWorld(t);
  const to = world.target(odd(world));
  await assert.rejects(world.pool.call(to, aCall("die"), false), isFault("lost"));
  await assert.rejects(world.pool.call(to, aCall("read_and_die"), true), isFault("lost"));
  const greeted = await world.pool.call(to, aCall("greet", { args: { name: "again" } }), false);
  assert.match(JSON.stringify(greeted), /hello again/);
  assert.deepEqual(world.lines(), ["die begun", "read_and_die begun", "read_and_die begun"]);
});

test("C4 a program that is not there, or speaks no MCP, costs its tools, with words", async (t) => {
  const world = await aWorld(t);
  const gone = world.target({ command: "no-such-program", args: [], env: {} } as never);
  await assert.rejects(world.pool.toolsOf(gone, never), isFault("unreachable", /not found in the workspace/));
  const exits = world.target({ command: "sh", args: ["-c", "exit 3"], env: {} } as never);
  await assert.rejects(world.pool.toolsOf(exits, never), isFault("unreachable", /exit code 3/));
});

test("C4 killed agent: the calls of its programs are lost, and another agent starts them anew", async (t) => {
  const world = await aWorld(t);
  const to = world.target(odd(world));
  const hanging = world.pool.call(to, aCall("hang"), false);
  await soon("hang begun", () => world.lines().includes("hang begun"));
  await Promise.all([assert.rejects(hanging, isFault("lost")), world.fixture.end("SIGKILL")]);
  await world.fixture.start();
  const greeted = await world.pool.call(to, aCall("greet", { args: { name: "again" } }), false);
  assert.match(JSON.stringify(greeted), /hello again/);
});

test("C4 a program asks people, inside a workspace as elsewhere", async (t) => {
  const world = await aWorld(t);
  const answer = await world.pool.call(world.target(askingProgram()), aCall("book"), false);
  assert.equal(answer.type === "asks" && Object.keys(answer.requests).join(), "where");
});

test("C4 W5 a process on a leash ends when nobody has followed it for a while, and not before", async (t) => {
  const world = await aWorld(t);
  const agent = openAgent(world.fixture.address(t, "unix"));
  t.after(async () => agent.close());
  const start = (key: string) =>
    agent.processes.start({ key, command: "exec sleep 600", stdin: true, leash_ms: 1_000 }, never);
  await Promise.all([start("held"), start("left")]);
  const leave = new AbortController();
  const held = (async () => {
    for await (const event of agent.processes.follow({ key: "held", offset: 0 }, leave.signal)) return event;
    return null;
  })();
  await soon("nobody followed it", async () => (await agent.processes.get("left", never)).state === "exited");
  assert.equal((await agent.processes.get("held", never)).state, "running");
  leave.abort(new Error("the worker dies"));
  await assert.rejects(held, /the worker dies/);
  await soon("it ends, too", async () => (await agent.processes.get("held", never)).state === "exited");
});

test("C4 what is written to a program that reads nothing is bounded, and its connection can be closed", async (t) => {
  const world = await aWorld(t);
  const { inside } = world.target(everythingProgram);
  assert.ok(inside !== null);
  const transport = new WorkspaceTransport(
    { type: "stdio", command: "sleep", args: ["600"], env: {} },
    inside,
  );
  await transport.start();
  const params = { text: "x".repeat(900_000) };
  const send = () => transport.send({ jsonrpc: "2.0", method: "notifications/large", params });
  await assert.rejects(async () => {
    for (let at = 0; at < 10; at++) await send();
  }, /does not read its input/);
  await transport.close();
  await soon("it is ended", async () => (await world.running()) === 0);
});
