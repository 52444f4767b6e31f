// Tests: servers that ask people, in both generations of the protocol, spoken to by the pool alone.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { JsonObject } from "../../../core/part/part.ts";
import { openConnection } from "../../../mcp/connection/open-connection.ts";
import type { McpTarget } from "../../../mcp/connection/open-transport.ts";
import { McpPool } from "../../../mcp/pool/pool.ts";
import { mcpTool } from "../../../mcp/tools/mcp-tool.ts";
import { createGuardedFetch } from "../../../platform/network/guarded-fetch.ts";
import type { ResumedCall, ToolContext, ToolOutput } from "../../../tools/tool.ts";
import { soon } from "../../support/soon.ts";
import { aCall } from "./servers/calls.ts";
import { aServer, askingProgram } from "./servers/programs.ts";

let folder: string;
let pool: McpPool;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "mcp-questions-"));
  const fetch = createGuardedFetch({ allowPrivate: true, setting: "EVERTURN_ALLOW_PRIVATE_MCP" });
  pool = new McpPool({
    place: { fetch, allowStdio: true },
    open: openConnection,
    now: () => performance.now(),
  });
});
after(async () => {
  await pool.close();
  await rm(folder, { recursive: true });
});

function aTarget(name: string, env: Record<string, string> = {}) {
  const journal = join(folder, name);
  const server = aServer({ type: "stdio", ...askingProgram({ ASKING_JOURNAL: journal, ...env }) });
  const target: McpTarget = { server, key: server.id, signedIn: null, inside: null };
  const lines = () => (existsSync(journal) ? readFileSync(journal, "utf8").trim().split("\n") : []);
  return { target, lines };
}

/** Runs the tool as an activity would. */
async function run(target: McpTarget, name: string, more: Partial<ToolContext> = {}): Promise<ToolOutput> {
  const info = (await pool.toolsOf(target, new AbortController().signal)).find((tool) => tool.name === name);
  assert.ok(info, name);
  const context = {
    projectRoot: null,
    projectFiles: null,
    workspace: null,
    signal: new AbortController().signal,
    chatId: "chat",
    toolCallId: "call",
    emit: () => undefined,
    ...more,
  } as unknown as ToolContext;
  return mcpTool(pool, target, { name, info }).run({}, context);
}

function answered(output: ToolOutput, answers: ResumedCall["answers"]): Partial<ToolContext> {
  assert.ok(output.asks, JSON.stringify(output));
  // As Postgres gives it back.
  return { resumed: { resume: JSON.parse(JSON.stringify(output.asks.resume)), answers } };
}

test("C4 a call that asks ends with its questions, and made again it brings the answers and the server's own state", async () => {
  const { target, lines } = aTarget("book");
  const output = await run(target, "book");
  assert.equal(output.asks?.asked_by.name, target.server.name);
  const [question] = output.asks?.questions ?? [];
  assert.equal(question?.message, "Which city?");
  assert.deepEqual(question?.mode === "form" && Object.keys(question.schema["properties"] as JsonObject), [
    "city",
    "nights",
    "room",
  ]);
  const accepted = { action: "accept", content: { city: "Kyoto" } } as const;
  const done = await run(target, "book", answered(output, [accepted]));
  assert.match(JSON.stringify(done.result), /booked .*Kyoto/);
  assert.equal(lines()[1], `book answered ${JSON.stringify(accepted)} ticket-\u0000-7`);
  assert.match(
    JSON.stringify((await run(target, "book", answered(output, [{ action: "decline" }]))).result),
    /decline/,
  );
});

test("C4 a call may ask several times and several things, a page to open among them", async () => {
  const { target } = aTarget("twice");
  const first = await run(target, "twice");
  const second = await run(
    target,
    "twice",
    answered(first, [{ action: "accept", content: { city: "Kyoto" } }]),
  );
  assert.deepEqual(
    second.asks?.questions.map(({ message, mode }) => [message, mode]),
    [
      ["Sure?", "form"],
      ["Please pay.", "url"],
    ],
  );
  const third = await run(
    target,
    "twice",
    answered(second, [{ action: "accept", content: { sure: true } }, { action: "cancel" }]),
  );
  assert.match(third.result["content"] as string, /"sure":\{"action":"accept","content":\{"sure":true\}\}/);
  assert.match(third.result["content"] as string, /"page":\{"action":"cancel"\}/);
});

test("C4 a server that only wants to be called again is, but not for ever, and what a person cannot give it does not get", async () => {
  const { target, lines } = aTarget("busy");
  assert.deepEqual((await run(target, "busy")).result, { content: "not busy any more" });
  assert.deepEqual(lines(), ["busy ", "busy later"]);
  const endless = await run(target, "endless");
  assert.deepEqual([endless.is_error, lines().filter((line) => line === "endless").length], [true, 11]);
  assert.match(endless.result["error"] as string, /more than 10 times/);
  const think = await run(target, "think");
  assert.match(think.result["error"] as string, /sampling\/createMessage|capabilit/);
});

const old = { ASKING_OLD: "1" };

test("C4 an older server asks while the call goes on, and a no without an answer is told with the result", async () => {
  const { target } = aTarget("old", old);
  const accepted = { type: "answered", answer: { action: "accept", content: { city: "Kyoto" } } } as const;
  const seen: unknown[] = [];
  const ask: ToolContext["ask"] = async ({ question }) => {
    seen.push(question.message);
    return accepted;
  };
  assert.match(JSON.stringify((await run(target, "book_old", { ask })).result), /booked .*Kyoto/);
  assert.deepEqual(seen, ["Which city?"]);
  const late = await run(target, "book_old", { ask: async () => ({ type: "over" }) });
  assert.match(JSON.stringify(late.result), /decline.*Nobody answered in time, so the question was declined/);
});

test("C4 an older server's question among calls of several chats is declined; from then on each call has a connection to itself", async () => {
  const { target, lines } = aTarget("among", old);
  const leave = new AbortController();
  const call = (tool: string, chat_id: string, more = {}) =>
    pool.call(target, aCall(tool, { chat_id, signal: leave.signal, ...more }), false);
  const nap = call("nap", "a").catch(() => undefined);
  await soon("the nap has begun", () => lines().includes("nap begun"));
  const why: string[] = [];
  const onDeclined = (question: string, words: string) => void why.push(`${question} ${words}`);
  assert.match(JSON.stringify(await call("book_old", "b", { onDeclined })), /decline/);
  assert.match(String(why), /Which city\? Other calls were under way/);
  const asked: string[] = [];
  const ask = async () => {
    asked.push("b");
    return { action: "accept" as const, content: { city: "Kyoto" } };
  };
  assert.match(JSON.stringify(await call("book_old", "b", { ask })), /Kyoto/);
  assert.deepEqual(asked, ["b"]);
  leave.abort(new Error("enough"));
  await nap;
  // The nap may still ask, and nobody could tell: only its own chat is asked there.
  const strays = new AbortController();
  assert.match(JSON.stringify(await call("book_old", "b", { ask, signal: strays.signal })), /decline/);
  assert.match(JSON.stringify(await call("book_old", "a", { ask, signal: strays.signal })), /Kyoto/);
});

test("C4 an older server asks people eight things at once, and thirty-two in one call", async () => {
  const { target } = aTarget("crowd", old);
  let open = 0;
  let most = 0;
  let count = 0;
  const crowded = Promise.withResolvers<void>();
  const ask: ToolContext["ask"] = async () => {
    count++;
    most = Math.max(most, ++open);
    if (open === 8) crowded.resolve();
    await crowded.promise;
    open--;
    return { type: "answered", answer: { action: "accept", content: { city: "Kyoto" } } };
  };
  const { result } = await run(target, "crowd", { ask });
  const actions = (result["content"] as string).split(" ");
  assert.equal(most, 8);
  assert.equal(actions.filter((action) => action === "accept").length, count);
  // Of the first twenty at least eight are asked: more, if some arrive after others were answered. All twenty count, and a server
  // that goes on asking is told no.
  assert.ok(count >= 8 + 32 - 20 && count <= 32, `${count} were asked`);
  assert.equal((result["notes"] as string[]).length, 50 - count);
});

test("C4 an older server that wants a page opened first says so in the error", async () => {
  const { target } = aTarget("pay", old);
  const output = await run(target, "pay");
  assert.match(output.result["error"] as string, /Please pay\. https:\/\/pay\.example\.com\/8/);
});
