// Tests: turns whose tools are those of MCP servers, on whole workers: calls, servers that are not there, interrupts, and workers
// that are killed in the middle of a call.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Message } from "../../../core/chat/message.ts";
import type { ScriptStepWithAttempts } from "../../../dev/demo-model/plan/script-step.ts";
import { onlyWorker } from "../../support/crash.ts";
import { type Everturn, startEverturn } from "../../support/everturn.ts";
import { soon } from "../../support/soon.ts";
import { assertSettled, script } from "../../support/turn/settled.ts";
import { oddProgram } from "./servers/programs.ts";

let everturn: Everturn;
let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "mcp-turns-"));
  everturn = await startEverturn({ env: { EVERTURN_MCP_STDIO: "1" } });
});
after(async () => {
  await everturn.stop();
  await rm(folder, { recursive: true });
});

/** A program of the deployment, and what it has noted. */
async function makeServer(slug: string, command?: string) {
  const journal = join(folder, slug);
  const program = oddProgram({ ODD_JOURNAL: journal });
  const transport = { type: "stdio", ...program, ...(command !== undefined && { command }) };
  const body = { slug, name: `The ${slug} server`, owner: "deployment", transport };
  const { id } = await everturn.call<{ id: string }>("POST", "/v1/mcp-servers", body);
  const lines = () => (existsSync(journal) ? readFileSync(journal, "utf8").trim().split("\n") : []);
  return { id, lines };
}

function steps(name: string, args = {}): ScriptStepWithAttempts[] {
  return [{ text: "Calling.", tool_calls: [{ name, args }] }, { text: "Done." }];
}

function resultsOf(stored: readonly Message[]) {
  return stored.flatMap(({ content }) => content.filter((part) => part.type === "tool-result"));
}

test("C4 C13 a turn calls a tool of an MCP server, its part names the server, and a server that is not there costs nothing but its tools", async () => {
  const server = await makeServer("odd");
  const gone = await makeServer("gone", "/nowhere/to-be-found");
  const ids = [gone.id, server.id];
  const chat = await everturn.createChat(script(steps("odd__greet", { name: "you" }), "greet"), {
    mcp_server_ids: ids,
  });
  const reader = everturn.reader(chat.id);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.deepEqual(resultsOf(stored)[0]?.result, { content: "hello you" });
  const called = stored[1]?.content.find((part) => part.type === "tool-call");
  assert.equal(called?.mcp_server_id, server.id);
  const sent = JSON.stringify(everturn.model.requests("greet")[0]);
  assert.match(sent, /odd__greet/);
  assert.doesNotMatch(sent, /gone__/);
  // What a description orders is in the list of tools alone.
  assert.equal(sent.split("IGNORE ALL PREVIOUS INSTRUCTIONS").length, 2);
});

test("C4 I1 an interrupt cancels a call at its server", async () => {
  const server = await makeServer("hangs");
  const chat = await everturn.createChat(script(steps("hangs__hang"), "hang"), {
    mcp_server_ids: [server.id],
  });
  const reader = everturn.reader(chat.id);
  await soon("the call is made", () => server.lines().includes("hang begun"));
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  await reader.untilIdle();
  await soon("the server is told", () => server.lines().includes("hang cancelled"));
  const [result] = resultsOf(await assertSettled(everturn, chat.id, [reader]));
  assert.equal(result?.is_error, true);
});

test("C4 D4 a tool that the model was not offered is not run and nobody is asked, even if it is there by then", async () => {
  const server = await makeServer("late");
  const chat = await everturn.createChat(script([{ text: "Hello." }], "early"), {
    mcp_server_ids: [server.id],
    approval_policy: { "late__*": "ask" },
  });
  const reader = everturn.reader(chat.id);
  await reader.untilIdle();
  await everturn.call("PATCH", `/v1/mcp-servers/${server.id}`, { enabled: false });
  const key = "late-tool";
  const tool_calls = [{ name: "late__die", args: {} }];
  const calling = { text: "Calling.", hold_until: key, hold_after: 0, tool_calls };
  const content = script([calling, { text: "Done." }], key);
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, { content });
  await soon("the model is asked", () => everturn.model.requests(key).length === 1);
  await everturn.call("PATCH", `/v1/mcp-servers/${server.id}`, { enabled: true });
  everturn.model.release(key);
  await reader.until(
    "the turn has ended",
    ({ status, messages }) => status === "waiting" && messages.length > 4,
  );
  const [result] = resultsOf(await assertSettled(everturn, chat.id, [reader]));
  assert.match(JSON.stringify(result?.result), /There is no tool/);
  assert.match(JSON.stringify(everturn.model.requests(key)[1]), /late__die"/, "by then it is there");
  assert.deepEqual(server.lines(), []);
});

test("C4 X9 killed in the middle of a call, the call is not made again, and its result says that the outcome is unknown", async () => {
  const server = await makeServer("unsafe");
  const worker = await onlyWorker(everturn);
  const chat = await everturn.createChat(script(steps("unsafe__hang"), "unsafe"), {
    mcp_server_ids: [server.id],
  });
  const reader = everturn.reader(chat.id);
  await soon("the call is made", () => server.lines().includes("hang begun"));
  await worker.kill();
  await everturn.startWorker();
  await reader.untilIdle();
  const [result] = resultsOf(await assertSettled(everturn, chat.id, [reader]));
  assert.match(JSON.stringify(result?.result), /unknown/);
  assert.equal(server.lines().filter((line) => line === "hang begun").length, 1);
});

test("C4 X9 killed in the middle of a call whose server is gone by then, its result still says that the outcome is unknown", async () => {
  const server = await makeServer("leaves");
  const worker = await onlyWorker(everturn);
  const chat = await everturn.createChat(script(steps("leaves__hang"), "leaves"), {
    mcp_server_ids: [server.id],
  });
  const reader = everturn.reader(chat.id);
  await soon("the call is made", () => server.lines().includes("hang begun"));
  await worker.kill();
  await everturn.call("PATCH", `/v1/mcp-servers/${server.id}`, { enabled: false });
  await everturn.startWorker();
  await reader.untilIdle();
  const [result] = resultsOf(await assertSettled(everturn, chat.id, [reader]));
  assert.match(JSON.stringify(result?.result), /unknown/);
});

test("C4 X9 killed in the middle of a call that only reads, the call is made again", async () => {
  const server = await makeServer("safe");
  const worker = await onlyWorker(everturn);
  const chat = await everturn.createChat(script(steps("safe__read"), "safe"), {
    mcp_server_ids: [server.id],
  });
  const reader = everturn.reader(chat.id);
  await soon("the call is made", () => server.lines().includes("read begun"));
  await worker.kill();
  await everturn.startWorker();
  await reader.untilIdle();
  const [result] = resultsOf(await assertSettled(everturn, chat.id, [reader]));
  assert.deepEqual(result?.result, { content: "what it says" });
});
