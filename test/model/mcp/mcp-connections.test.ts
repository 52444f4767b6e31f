// Tests: the client of MCP against real servers over both transports, and against servers that hang, die, flood and change.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { openConnection } from "../../../mcp/connection/open-connection.ts";
import type { McpTarget } from "../../../mcp/connection/open-transport.ts";
import { McpFault } from "../../../mcp/mcp-fault.ts";
import { McpPool } from "../../../mcp/pool/pool.ts";
import type { McpServer } from "../../../mcp/server.ts";
import { createGuardedFetch } from "../../../platform/network/guarded-fetch.ts";
import { soon } from "../../support/soon.ts";
import { aCall, resultOf } from "./servers/calls.ts";
import { type HttpServer, startHttpServer } from "./servers/http-server.ts";
import { aServer, everythingProgram, oddProgram, startEverything } from "./servers/programs.ts";

let everything: Awaited<ReturnType<typeof startEverything>>;
let here: HttpServer;
let folder: string;
let pool: McpPool;
let clock = 0;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "mcp-"));
  [everything, here] = await Promise.all([startEverything(), startHttpServer()]);
  pool = aPool();
});
after(async () => {
  await pool.close();
  await Promise.all([everything.stop(), here.stop()]);
  await rm(folder, { recursive: true });
});

function aPool(allowPrivate = true, allowStdio = true): McpPool {
  const fetch = createGuardedFetch({ allowPrivate, setting: "EVERTURN_ALLOW_PRIVATE_MCP" });
  return new McpPool({ place: { fetch, allowStdio }, open: openConnection, now: () => clock });
}

const never = new AbortController().signal;

function target(server: McpServer): McpTarget {
  return { server, key: server.id, signedIn: null, inside: null };
}

function call(to: McpTarget, tool: string, { args = {}, signal = never, isSafe = false } = {}) {
  const shown: unknown[] = [];
  const onProgress = (progress: unknown) => void shown.push(progress);
  const answer = pool.call(to, aCall(tool, { args, signal, onProgress }), isSafe).then(resultOf);
  return { answer, shown };
}

/** What an odd program has noted. */
function journalOf(name: string): { env: Record<string, string>; lines: () => string[] } {
  const path = join(folder, name);
  const lines = () => {
    try {
      return readFileSync(path, "utf8").trim().split("\n");
    } catch {
      return [];
    }
  };
  return { env: { ODD_JOURNAL: path }, lines };
}

function odd(env: Record<string, string> = {}): McpTarget {
  return target(aServer({ type: "stdio", ...oddProgram(env) }));
}

function isFault(type: McpFault["type"]): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof McpFault, String(error));
    assert.equal(error.type, type, error.message);
    return true;
  };
}

for (const transport of ["stdio", "http"] as const) {
  test(`C4 server-everything over ${transport}: its tools are found, answer, tell progress, and a call can be cancelled`, async () => {
    const to = target(
      transport === "stdio"
        ? aServer({ type: "stdio", ...everythingProgram })
        : aServer({ type: "http", url: everything.url, headers: {} }),
    );
    const names = (await pool.toolsOf(to, never)).map(({ name }) => name);
    assert.ok(names.includes("echo") && names.includes("trigger-long-running-operation"), names.join());
    const echoed = await call(to, "echo", { args: { message: "hi" } }).answer;
    assert.match(JSON.stringify(echoed.content), /Echo: hi/);
    const long = call(to, "trigger-long-running-operation", { args: { duration: 0.3, steps: 3 } });
    await long.answer;
    // The last one may come together with the result.
    assert.ok(long.shown.length >= 2);
    const controller = new AbortController();
    const endless = call(to, "trigger-long-running-operation", {
      args: { duration: 600, steps: 6_000 },
      signal: controller.signal,
    });
    await soon("progress is told", () => endless.shown.length > 0);
    controller.abort(new Error("enough"));
    await assert.rejects(endless.answer, /enough/);
    assert.match(JSON.stringify(await call(to, "echo", { args: { message: "on" } }).answer), /Echo: on/);
  });
}

test("C4 a server of the newer generation is spoken to in it, and turns share one connection", async () => {
  const to = target(aServer({ type: "http", url: here.url, headers: { "X-Team": "blue" } }));
  const [first, second] = await Promise.all([pool.toolsOf(to, never), pool.toolsOf(to, never)]);
  assert.deepEqual(first, second);
  assert.deepEqual(
    await Promise.all(
      [1, 2, 3].map(async (a) => (await call(to, "add", { args: { a, b: 1 } }).answer).content),
    ),
    [2, 3, 4].map((sum) => [{ type: "text", text: String(sum) }]),
  );
  const methods = here.seen.map(({ method }) => method);
  assert.equal(methods.filter((method) => method === "server/discover").length, 1);
  assert.equal(methods.filter((method) => method === "tools/list").length, 1);
  assert.ok(here.seen.every(({ headers }) => headers["x-team"] === "blue"));
});

test("C4 a program gets its own variables and none of the worker's", async () => {
  process.env["EVERTURN_PLANTED"] = "secret";
  const result = await call(odd({ OWN: "1" }), "env").answer;
  delete process.env["EVERTURN_PLANTED"];
  const [block] = result.content;
  assert.ok(block?.type === "text");
  const names = JSON.parse(block.text) as string[];
  assert.ok(names.includes("OWN"));
  assert.ok(!names.includes("EVERTURN_PLANTED"));
});

test("C4 a server that hangs is told when nobody waits any more, and its other tools go on", async () => {
  const { env, lines } = journalOf("hang");
  const to = odd(env);
  const controller = new AbortController();
  const hanging = call(to, "hang", { signal: controller.signal });
  await soon("hang begun", () => lines().includes("hang begun"));
  assert.match(JSON.stringify(await call(to, "greet", { args: { name: "you" } }).answer), /hello you/);
  controller.abort(new Error("interrupted"));
  await assert.rejects(hanging.answer, /interrupted/);
  await soon("hang cancelled", () => lines().includes("hang cancelled"));
});

test("C4 a call whose server died may have taken effect and is not made again; the next call finds the server anew", async () => {
  const { env, lines } = journalOf("die");
  const to = odd(env);
  await assert.rejects(call(to, "die").answer, isFault("lost"));
  assert.match(JSON.stringify(await call(to, "greet", { args: { name: "again" } }).answer), /hello again/);
  assert.deepEqual(lines(), ["die begun"]);
});

test("C4 a call that only reads is made once more when its server died", async () => {
  const { env, lines } = journalOf("read");
  await assert.rejects(call(odd(env), "read_and_die", { isSafe: true }).answer, isFault("lost"));
  assert.deepEqual(lines(), ["read_and_die begun", "read_and_die begun"]);
});

test("C4 a server that floods is cut off, and waits before it is tried again", async () => {
  const { env, lines } = journalOf("flood");
  const to = odd(env);
  await assert.rejects(call(to, "flood").answer, isFault("flooding"));
  await assert.rejects(call(to, "greet", { args: { name: "you" } }).answer, /tried again in 1 s/);
  clock += 1_001;
  await call(to, "greet", { args: { name: "you" } }).answer;
  assert.deepEqual(lines(), ["flood begun"]);
});

test("C4 an answer over HTTP that is too large ends the call, not the process", async () => {
  const to = target(aServer({ type: "http", url: here.url, headers: {} }));
  await assert.rejects(call(to, "large", { args: { bytes: 5 * 1024 * 1024 } }).answer, isFault("flooding"));
});

test("C4 a server that changes its list is asked for it again", async () => {
  const to = odd();
  const names = async () => (await pool.toolsOf(to, never)).map(({ name }) => name);
  assert.ok(!(await names()).includes("grown"));
  await call(to, "grow").answer;
  await soon("the list is renewed", async () => (await names()).includes("grown"));
});

test("C4 a description that gives orders is bounded, and the tool counts as destructive where it says so", async () => {
  const tools = await pool.toolsOf(odd(), never);
  const orders = tools.find(({ name }) => name === "orders");
  assert.ok(orders !== undefined && orders.destructive);
  assert.equal(orders.description.length, 2_000);
});

test("C4 allow and deny lists decide which tools there are", async () => {
  const lists = { allow: ["greet", "env"], deny: ["env"] };
  const to = target(aServer({ type: "stdio", ...oddProgram() }, lists));
  assert.deepEqual(
    (await pool.toolsOf(to, never)).map(({ name }) => name),
    ["greet"],
  );
});

test("C4 an idle connection is closed, and its tools are still known", async () => {
  const own = aPool();
  const to = odd();
  const tools = await own.toolsOf(to, never);
  assert.equal(own.connections(), 1);
  clock += 6 * 60_000;
  own.closeIdle();
  assert.equal(own.connections(), 0);
  assert.equal(await own.toolsOf(to, never), tools);
  assert.equal(own.connections(), 0);
  await own.close();
});

test("C4 a server that cannot be reached is tried again with growing waits", async () => {
  const own = aPool();
  const to = target(aServer({ type: "stdio", command: "/nowhere/to-be-found", args: [], env: {} }));
  for (const wait of ["1 s", "2 s", "4 s"]) {
    await assert.rejects(own.toolsOf(to, never), isFault("unreachable"));
    await assert.rejects(own.toolsOf(to, never), new RegExp(`tried again in ${wait}`));
    clock += 300_000;
  }
  await own.close();
});

test("A4 neither a forbidden address nor a program where none may be is connected to", async () => {
  const own = aPool(false, false);
  for (const url of ["http://127.0.0.1:1/mcp", "http://169.254.169.254/mcp", "http://[::1]:1/mcp"]) {
    await assert.rejects(
      own.toolsOf(target(aServer({ type: "http", url, headers: {} })), never),
      isFault("unreachable"),
    );
  }
  await assert.rejects(own.toolsOf(odd(), never), /EVERTURN_MCP_STDIO/);
  await own.close();
});
