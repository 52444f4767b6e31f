// Tests: the MCP server that comes with the demo model, spoken to by the client that chats use.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type DemoModel, startDemoModel } from "../../../dev/demo-model/server.ts";
import type { McpCall } from "../../../mcp/connection/call-tool.ts";
import { type McpConnection, openConnection } from "../../../mcp/connection/open-connection.ts";
import { McpFault } from "../../../mcp/mcp-fault.ts";
import { createGuardedFetch } from "../../../platform/network/guarded-fetch.ts";
import { aCall, resultOf } from "./servers/calls.ts";
import { aServer } from "./servers/programs.ts";

let model: DemoModel;
let desk: McpConnection;
before(async () => {
  model = await startDemoModel();
  const fetch = createGuardedFetch({ allowPrivate: true, setting: "EVERTURN_ALLOW_PRIVATE_MCP" });
  desk = await openConnection({
    server: aServer({ type: "http", url: `${model.url}/mcp`, headers: {} }),
    place: { fetch, allowStdio: false },
    signedIn: null,
    inside: null,
    onToolsChanged: () => undefined,
    onAmongOthers: () => undefined,
    onClosed: () => undefined,
  });
});
after(async () => {
  await desk.close();
  await model.stop();
});

const never = new AbortController().signal;

async function call(tool: string, args: Record<string, unknown> = {}, signal = never) {
  const progress: string[] = [];
  const onProgress: McpCall["onProgress"] = ({ progress: at, total, message }) =>
    void progress.push(`${message} ${at}/${total}`);
  const result = resultOf(await desk.call(aCall(tool, { args, signal, onProgress })));
  const [first] = result.content;
  return { text: first?.type === "text" ? first.text : "", isError: result.isError === true, progress };
}

test("C4 the ferry desk says which of its tools only reads, and which destroys", async () => {
  const tools = await desk.listTools(never);
  assert.deepEqual(
    tools.map(({ name, annotations }) => [name, annotations]),
    [
      ["next_ferry", { readOnlyHint: true }],
      ["book_seat", { destructiveHint: true }],
    ],
  );
});

test("C4 the ferry desk tells how far it is, then answers", async () => {
  const { text, progress } = await call("next_ferry");
  assert.match(text, /18:30/);
  assert.deepEqual(
    progress,
    [1, 2, 3, 4].map((at) => `asking the pilot ${at}/4`),
  );
});

test("C4 each call of the ferry desk books one seat, and a time that is none books nothing", async () => {
  assert.match((await call("book_seat", { departure: "18:30" })).text, /^Seat 1 .* 18:30/);
  for (const departure of ["soon", "25:00", 18, undefined]) {
    assert.ok((await call("book_seat", { departure })).isError);
  }
  assert.match((await call("book_seat", { departure: "07:05" })).text, /^Seat 2 .* 07:05/);
});

test("C4 the ferry desk refuses tools that it does not have, and pages of browsers", async () => {
  await assert.rejects(call("swim"), (error) => error instanceof McpFault && /swim/.test(error.message));
  const url = `${model.url}/mcp`;
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
  const statusOf = async (init: RequestInit) => (await fetch(url, init)).status;
  assert.equal(await statusOf({ method: "POST", body, headers: { origin: "http://page.example" } }), 403);
  assert.equal(await statusOf({ method: "GET" }), 405);
  assert.equal(await statusOf({ method: "POST", body: "{" }), 400);
});

test("C4 a call that is given up leaves the ferry desk free for others", async () => {
  const giveUp = new AbortController();
  const given = call("next_ferry", {}, giveUp.signal);
  giveUp.abort(new Error("enough"));
  await assert.rejects(given, /enough/);
  assert.match((await call("book_seat", { departure: "08:00" })).text, /^Seat 3/);
});
