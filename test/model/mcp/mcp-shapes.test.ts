// Tests: MCP servers whose answers are well-formed, and of a shape that would do harm further on.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openConnection } from "../../../mcp/connection/open-connection.ts";
import type { McpTarget } from "../../../mcp/connection/open-transport.ts";
import { McpPool } from "../../../mcp/pool/pool.ts";
import { toolOutput } from "../../../mcp/tools/tool-result.ts";
import { createGuardedFetch } from "../../../platform/network/guarded-fetch.ts";
import { aCall, resultOf } from "./servers/calls.ts";
import { aServer } from "./servers/programs.ts";
import { type RawServer, startRawServer } from "./servers/raw-server.ts";

let server: RawServer;
let pool: McpPool;
let results: Readonly<Record<string, object>> = {};
let target: McpTarget;
before(async () => {
  server = await startRawServer((method) => results[method] ?? {});
  const fetch = createGuardedFetch({ allowPrivate: true, setting: "EVERTURN_ALLOW_PRIVATE_MCP" });
  let now = 0;
  // An hour passes at each look: no list is fresh, and no wait is long.
  pool = new McpPool({
    place: { fetch, allowStdio: false },
    open: openConnection,
    now: () => (now += 3_600_000),
  });
  target = {
    server: aServer({ type: "http", url: server.url, headers: {} }),
    key: "raw",
    signedIn: null,
    inside: null,
  };
});
after(async () => {
  await pool.close();
  await server.stop();
});

const inputSchema = { type: "object" };
const never = new AbortController().signal;

function call() {
  return pool.call(target, aCall("a"), false);
}

test("C4 a tool that announces structured content, and sends none or another, is read all the same", async () => {
  const outputSchema = { type: "object", properties: { a: { type: "string" } }, required: ["a"] };
  results = {
    "tools/list": { tools: [{ name: "a", inputSchema, outputSchema }] },
    "tools/call": { content: [{ type: "text", text: "done" }] },
  };
  assert.equal((await pool.toolsOf(target, never)).length, 1);
  assert.deepEqual(toolOutput(resultOf(await call()), []).result, { content: "done" });
  results = { ...results, "tools/call": { content: [], structuredContent: { b: 1 } } };
  assert.deepEqual(toolOutput(resultOf(await call()), []).result, { structured: { b: 1 } });
});

test("C4 an answer with very many small items, or very deep ones, is cut off before it is checked", async () => {
  results = {
    "tools/list": { tools: Array.from({ length: 5_000 }, (_, i) => ({ name: `t${i}`, inputSchema })) },
    "tools/call": { content: Array.from({ length: 5_000 }, () => ({ type: "text", text: "" })) },
  };
  await assert.rejects(pool.toolsOf(target, never), { type: "flooding" });
  await assert.rejects(call(), { type: "flooding" });
  let deep: unknown = 1;
  for (let level = 0; level < 200; level++) deep = [deep];
  results = { "tools/call": { content: [], structuredContent: { deep } } };
  await assert.rejects(call(), { type: "flooding" });
});

test("C4 a list of tools that has no last page ends", async () => {
  let pages = 0;
  const endless = await startRawServer(() => ({
    tools: [{ name: `t${++pages}`, inputSchema }],
    nextCursor: `${pages}`,
  }));
  const at = { ...target, key: "endless", server: aServer({ type: "http", url: endless.url, headers: {} }) };
  await assert.rejects(pool.toolsOf(at, never), { type: "unreachable" });
  assert.ok(pages < 100);
  await endless.stop();
});
