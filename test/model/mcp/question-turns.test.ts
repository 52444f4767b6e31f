// Tests: turns in which an MCP server asks a person, on whole workers: everything dies while the question waits, and between the
// answer and the call that brings it.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Chat, Message, RequiredToolCall } from "../../../core/chat/message.ts";
import { chatWorkflowId } from "../../../workflows/contract.ts";
import { doomedWorker, killWorkers, onlyWorker, untilDead, untilNoRun } from "../../support/crash.ts";
import { type Everturn, startEverturn } from "../../support/everturn.ts";
import { soon } from "../../support/soon.ts";
import { assertSettled, script } from "../../support/turn/settled.ts";
import { askingProgram } from "./servers/programs.ts";

let everturn: Everturn;
let folder: string;
let made = 0;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "question-turns-"));
  everturn = await startEverturn({ workers: 0, env: { EVERTURN_MCP_STDIO: "1" } });
});
after(async () => {
  await everturn.stop();
  await rm(folder, { recursive: true });
});

interface Asking {
  readonly chat: Chat;
  /** What the server has noted. */
  readonly lines: () => string[];
  readonly server: { readonly id: string };
}

/** A chat whose model calls these tools of a server that asks. */
async function aChat(tools: readonly string[], env: Record<string, string> = {}): Promise<Asking> {
  made++;
  const slug = `s${made}`;
  const journal = join(folder, slug);
  const transport = { type: "stdio", ...askingProgram({ ASKING_JOURNAL: journal, ...env }) };
  const body = { slug, name: "The inn", owner: "deployment", transport };
  const server = await everturn.call<{ id: string }>("POST", "/v1/mcp-servers", body);
  const tool_calls = tools.map((name) => ({ name: `${slug}__${name}`, args: {} }));
  const chat = await everturn.createChat(script([{ text: "Calling.", tool_calls }, { text: "Done." }]), {
    mcp_server_ids: [server.id],
  });
  const lines = () => (existsSync(journal) ? readFileSync(journal, "utf8").trim().split("\n") : []);
  return { chat, lines, server };
}

function untilAsked({ id }: Chat): Promise<RequiredToolCall> {
  return soon("a question waits", async () => {
    const { status, required_action } = await everturn.call<Chat>("GET", `/v1/chats/${id}`);
    const [asked] = (required_action?.tool_calls ?? []).filter(({ kind }) => kind === "question");
    return status === "requires_action" && asked !== undefined && asked;
  });
}

const accepted = { action: "accept", content: { city: "Kyoto", nights: 2 } };

function answer({ id }: Chat, call: RequiredToolCall, said: object = accepted): Promise<Chat> {
  const answers = (call.questions ?? []).map(({ question_id }) => ({
    tool_call_id: call.tool_call_id,
    question_id,
    ...said,
  }));
  return everturn.call<Chat>("POST", `/v1/chats/${id}/answers`, { answers });
}

async function untilEnded(chat: Chat): Promise<readonly Message[]> {
  const reader = everturn.reader(chat.id);
  await reader.until("the turn has ended", ({ status }) => status === "waiting");
  return assertSettled(everturn, chat.id, [reader]);
}

function resultIn(stored: readonly Message[]): string {
  const results = stored.flatMap(({ content }) => content.filter((part) => part.type === "tool-result"));
  return JSON.stringify(results[0]?.result);
}

const begun = (lines: readonly string[]) => lines.filter((line) => line.endsWith("begun")).length;
const answered = (lines: readonly string[]) => lines.filter((line) => line.includes("answered")).length;

test("C4 D5 killed worker, API and run while a question waits: it goes on, and the call brings the answer and the server's state", async () => {
  await onlyWorker(everturn);
  const { chat, lines, server } = await aChat(["book"]);
  const call = await untilAsked(chat);
  assert.deepEqual(call.asked_by, { mcp_server_id: server.id, name: "The inn" });
  assert.deepEqual([call.deadline_at, call.questions?.[0]?.message], [null, "Which city?"]);
  await killWorkers(everturn);
  await everturn.api.kill();
  await everturn.temporal.workflow.getHandle(chatWorkflowId(chat.id)).terminate("gone");
  everturn.api = await everturn.startApi();
  await answer(chat, await untilAsked(chat));
  await everturn.startWorker();
  const stored = await untilEnded(chat);
  assert.match(resultIn(stored), /booked .*Kyoto/);
  assert.deepEqual([begun(lines()), answered(lines())], [1, 1]);
  assert.ok(lines()[1]?.endsWith("ticket-\u0000-7"));
  const [decision] = stored[2]?.decisions ?? [];
  assert.equal(decision?.approved, true);
  assert.deepEqual(decision?.question, {
    question_id: call.questions?.[0]?.question_id,
    message: "Which city?",
    ...accepted,
  });
  assert.ok(decision?.by !== null && decision?.api_key_id !== null);
});

async function killedAt(point: string): Promise<void> {
  const worker = await doomedWorker(everturn, point);
  const { chat, lines } = await aChat(["book"]);
  const call = await untilAsked(chat);
  if (point === "wait:committed") await answer(chat, call);
  await untilDead(worker);
  await everturn.startWorker();
  if (point !== "wait:committed") await answer(chat, call);
  assert.match(resultIn(await untilEnded(chat)), /booked .*Kyoto/);
  assert.deepEqual([begun(lines()), answered(lines())], [1, 1]);
}

test("C4 D5 killed at runTool:asked, the server is asked once and gets the answer once", () =>
  killedAt("runTool:asked"));

test("C4 D5 killed at wait:committed, the server is asked once and gets the answer once", () =>
  killedAt("wait:committed"));

test("C4 X9 the call with the answers is an effect of its own: claimed and perhaps made when its worker died, it is not made again", async () => {
  const worker = await onlyWorker(everturn);
  const { chat, lines } = await aChat(["book_slowly"]);
  await answer(chat, await untilAsked(chat));
  await soon("the second call is made", () => answered(lines()) === 1);
  await worker.kill();
  await everturn.startWorker();
  assert.match(resultIn(await untilEnded(chat)), /unknown/);
  assert.equal(answered(lines()), 1);
});

test("C4 a call that asks twice waits twice, and its other questions are answered one by one", async () => {
  await onlyWorker(everturn);
  const { chat, lines } = await aChat(["twice"]);
  await answer(chat, await untilAsked(chat));
  await soon("it asks again", () => lines().length === 2);
  const call = await untilAsked(chat);
  const [sure, page] = call.questions ?? [];
  assert.deepEqual([sure?.mode, page?.mode], ["form", "url"]);
  const of = (question_id: string | undefined, said: object) => ({
    answers: [{ tool_call_id: call.tool_call_id, question_id, ...said }],
  });
  const path = `/v1/chats/${chat.id}/answers`;
  const left = await everturn.call<Chat>("POST", path, of(page?.question_id, { action: "accept" }));
  assert.deepEqual(
    left.required_action?.tool_calls[0]?.questions?.map(({ message }) => message),
    ["Sure?"],
  );
  await everturn.call("POST", path, of(sure?.question_id, { action: "accept", content: { sure: true } }));
  const stored = await untilEnded(chat);
  assert.match(resultIn(stored), /sure.*true/);
  assert.equal(stored[2]?.decisions?.length, 3);
});

test("C4 while other calls of the step go on, a question is asked and its call goes on with the answer", async () => {
  await onlyWorker(everturn);
  const { chat, lines } = await aChat(["nap", "book"]);
  const call = await untilAsked(chat);
  await answer(chat, call);
  // Not only made: an interrupt between the server's answer and its commit would cancel the call.
  await soon("the call has its result, beside the nap", async () => {
    const { rows } = await everturn.pool.query(
      "select from tool_executions where chat_id = $1 and tool_call_id = $2 and finished_at is not null",
      [chat.id, call.tool_call_id],
    );
    return rows.length === 1;
  });
  assert.equal(answered(lines()), 1);
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  const stored = await untilEnded(chat);
  assert.match(JSON.stringify(stored[2]?.content), /booked/);
});

test("C4 I3 an interrupt ends a question with its call; an edit drops it; archiving waits; a deleted chat is gone", async () => {
  await onlyWorker(everturn);
  const stopped = await aChat(["book"]);
  const call = await untilAsked(stopped.chat);
  await assert.rejects(everturn.call("PATCH", `/v1/chats/${stopped.chat.id}`, { archived: true }), /409/);
  await everturn.call("POST", `/v1/chats/${stopped.chat.id}/interrupt`);
  assert.match(resultIn(await untilEnded(stopped.chat)), /interrupted/);
  await assert.rejects(answer(stopped.chat, call), /409/);
  const edited = await aChat(["book"]);
  const open = await untilAsked(edited.chat);
  const content = script([{ text: "Another." }], "edited");
  await everturn.call("PATCH", `/v1/chats/${edited.chat.id}/messages/${edited.chat.current_turn_id}`, {
    content,
  });
  await untilEnded(edited.chat);
  await assert.rejects(answer(edited.chat, open), /409/);
  const deleted = await aChat(["book"]);
  await untilAsked(deleted.chat);
  await everturn.call("DELETE", `/v1/chats/${deleted.chat.id}`);
  await untilNoRun(everturn, deleted.chat.id);
  assert.deepEqual(
    [stopped, edited, deleted].map(({ lines }) => answered(lines())),
    [0, 0, 0],
  );
});

const old = { ASKING_OLD: "1" };

test("C4 an older server waits on its connection for the answer, with a deadline, and the call goes on", async () => {
  await onlyWorker(everturn);
  const { chat, lines } = await aChat(["book_old"], old);
  const call = await untilAsked(chat);
  assert.ok(call.deadline_at);
  await answer(chat, call);
  assert.match(resultIn(await untilEnded(chat)), /booked .*Kyoto/);
  assert.deepEqual([begun(lines()), answered(lines())], [1, 1]);
});

test("C4 an older server that waits no longer takes its question back, and the turn goes on without an answer", async () => {
  await onlyWorker(everturn);
  const { chat } = await aChat(["book_old"], { ...old, ASKING_WAIT_MS: "1500" });
  const call = await untilAsked(chat);
  assert.match(resultIn(await untilEnded(chat)), /timed out|Timeout|error/i);
  await assert.rejects(answer(chat, call), /409/);
});

test("C4 X9 killed while an older server waits: its question ends with the connection, and only a call that reads is made again", async () => {
  const worker = await onlyWorker(everturn);
  const unsafe = await aChat(["book_old"], old);
  const safe = await aChat(["look_old"], old);
  const [first] = await Promise.all([untilAsked(unsafe.chat), untilAsked(safe.chat)]);
  await worker.kill();
  await everturn.startWorker();
  assert.match(resultIn(await untilEnded(unsafe.chat)), /unknown/);
  await assert.rejects(answer(unsafe.chat, first), /409/);
  await soon("the call that reads asks again", () => begun(safe.lines()) === 2);
  const again = await soon("another question waits", async () => {
    const call = await untilAsked(safe.chat);
    return call.questions?.length === 1 && call;
  });
  await answer(safe.chat, again);
  assert.match(resultIn(await untilEnded(safe.chat)), /booked .*Kyoto/);
  assert.deepEqual([begun(unsafe.lines()), answered(unsafe.lines())], [1, 0]);
});
