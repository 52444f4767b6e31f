// Tests: turns that wait for their client and for people, through the API, with a worker and a scripted model.
import assert from "node:assert/strict";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Chat, Message } from "../../../core/chat/message.ts";
import type { ToolResultPart } from "../../../core/part/part.ts";
import { chatWorkflowId } from "../../../workflows/contract.ts";
import { untilNoRun } from "../../support/crash.ts";
import { type Everturn, startEverturn } from "../../support/everturn.ts";
import { soon } from "../../support/soon.ts";
import { assertSettled, script, textOf } from "../../support/turn/settled.ts";

let everturn: Everturn;
let project: string;
before(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), "everturn-waits-")));
  await writeFile(join(project, "a.txt"), "alpha\n");
  await writeFile(join(project, "b.txt"), "beta\n");
  everturn = await startEverturn({ env: { EVERTURN_PROJECT_ROOTS: project } });
});
after(async () => {
  await everturn.stop();
  await rm(project, { recursive: true });
});

const pickColor = {
  name: "pick_color",
  description: "Asks the person in front of the screen for a color.",
  parameters: { type: "object", properties: { hint: { type: "string" } } },
};
const call = (name: string, args: object, id: string) => ({ name, args, id });
const viewA = call("view_file", { path: "a.txt" }, "call_a");
const viewB = call("view_file", { path: "b.txt" }, "call_b");
const pick = call("pick_color", { hint: "warm" }, "call_pick");

/** A chat whose model calls these tools, and then says "done". */
function aChat(calls: readonly object[], more: Record<string, unknown> = {}): Promise<Chat> {
  return everturn.createChat(script([{ tool_calls: calls }, { text: "done" }] as never), {
    project_path: project,
    dynamic_tools: [pickColor],
    ...more,
  });
}

/** The chat, once it waits for this many answers. */
function untilAsked({ id }: Chat, calls = 1): Promise<Chat> {
  return soon(`${calls} calls wait`, async () => {
    const chat = await everturn.call<Chat>("GET", `/v1/chats/${id}`);
    return chat.status === "requires_action" && chat.required_action?.tool_calls.length === calls && chat;
  });
}

const idsOf = (chat: Chat) => chat.required_action?.tool_calls.map(({ tool_call_id }) => tool_call_id) ?? [];

async function untilDone(chat: Chat): Promise<readonly Message[]> {
  const reader = everturn.reader(chat.id);
  await reader.until("the turn has ended", ({ status }) => status === "waiting");
  return assertSettled(everturn, chat.id, [reader]);
}

function resultsOf(stored: readonly Message[]): readonly ToolResultPart[] {
  return stored.flatMap(({ content }) =>
    content.filter((part): part is ToolResultPart => part.type === "tool-result"),
  );
}

const decide = (chat: Chat, ...decisions: readonly object[]) =>
  everturn.answer("POST", `/v1/chats/${chat.id}/approvals`, { decisions });
const submit = (chat: Chat, ...results: readonly object[]) =>
  everturn.answer("POST", `/v1/chats/${chat.id}/tool-results`, { results });

test("D1 D2 D5 a client's tool is asked for, its result goes to the model, and the wait runs nothing and says what it is for", async () => {
  const chat = await aChat([pick]);
  const asked = await untilAsked(chat);
  assert.deepEqual(
    asked.required_action?.tool_calls.map(({ tool_name, args, kind }) => [tool_name, args, kind]),
    [["pick_color", { hint: "warm" }, "client"]],
  );
  assert.ok(
    Date.parse(asked.required_action?.deadline_at ?? "") > Date.now() + 200_000,
    "5 minutes from now",
  );
  const handle = everturn.temporal.workflow.getHandle(chatWorkflowId(chat.id));
  await soon("the run says what it waits for", async () => {
    const details = await handle.query<{ currentDetails?: string }>("__temporal_workflow_metadata");
    return /\*\*Waiting for the client\*\* · result of pick\\_color · since \d{4}-/.test(
      details.currentDetails ?? "",
    );
  });
  assert.equal((await handle.describe()).raw.pendingActivities?.length ?? 0, 0);
  const [id] = idsOf(asked);
  const { status, body } = await submit(chat, { tool_call_id: id, output: { color: "red" } });
  assert.equal(status, 200);
  assert.equal(body.status, "running");
  assert.equal(body.required_action, null);
  const stored = await untilDone(chat);
  assert.deepEqual(
    resultsOf(stored).map(({ result, is_error }) => [result, is_error]),
    [[{ color: "red" }, false]],
  );
  assert.equal(textOf(stored.at(-1) as Message), "done");
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
  assert.equal((await submit(chat, { tool_call_id: id, output: 1 })).body.code, "not_awaiting_results");
});

test("D4 D6 in one batch automatic calls run at once, an approved one with edited arguments, and a denied one tells the model why", async () => {
  const writes = call("grep", { pattern: "alpha" }, "call_g");
  const chat = await aChat([viewA, writes, pick, viewB], {
    approval_policy: { view_file: "ask", "gr*": "auto", list_dir: "deny" },
  });
  const asked = await untilAsked(chat, 3);
  const [first, picked, second] = idsOf(asked);
  await soon("the automatic call has run beside the wait", async () => {
    const { rows } = await everturn.pool.query(
      "select from tool_executions where chat_id = $1 and tool_name = 'grep' and finished_at is not null",
      [chat.id],
    );
    return rows.length === 1;
  });
  const wrong = await decide(chat, { tool_call_id: first, approved: true, args: { path: 7 } });
  assert.deepEqual([wrong.status, wrong.body.code], [400, "arguments_refused"]);
  assert.equal(wrong.body.errors[0].path, "decisions[0].args.path");
  const approved = await decide(chat, { tool_call_id: first, approved: true, args: { path: "b.txt" } });
  assert.equal(approved.body.status, "requires_action");
  assert.equal((await decide(chat, { tool_call_id: first, approved: true })).body.code, "unknown_tool_call");
  const denied = await decide(chat, { tool_call_id: second, approved: false, reason: "Not this file." });
  assert.equal(denied.body.status, "requires_action");
  const early = await everturn.call<{ messages: Message[] }>("GET", `/v1/chats/${chat.id}/messages`);
  assert.equal(early.messages.length, 2, "no result is committed before all are there");
  assert.equal((await submit(chat, { tool_call_id: picked, output: "blue" })).status, 200);
  const stored = await untilDone(chat);
  assert.deepEqual(
    stored.map(({ role }) => role),
    ["user", "assistant", "tool", "assistant"],
  );
  const [edited, , color, refused] = resultsOf(stored);
  assert.match(JSON.stringify(edited?.result), /beta.*"arguments_used":\{"path":"b.txt"\}/);
  assert.equal(color?.result, "blue");
  assert.deepEqual(refused?.result, { error: "The call was not run: the user denied it: Not this file." });
  const original = stored[1]?.content.find((part) => part.type === "tool-call");
  assert.deepEqual(original?.type === "tool-call" && original.args, { path: "a.txt" });
  const decisions = stored[2]?.decisions ?? [];
  assert.deepEqual(
    decisions.map(({ tool_call_id, approved: yes, reason, args }) => [tool_call_id, yes, reason, args]),
    [
      [first, true, undefined, { path: "b.txt" }],
      [second, false, "Not this file.", undefined],
    ],
  );
  assert.ok(decisions.every(({ by, at }) => by === chat.owner_id && Number.isFinite(Date.parse(at))));
});

test("D4 an approval for the whole chat asks no more, and a forbidden tool is refused without asking", async () => {
  const chat = await aChat([viewA, call("list_dir", {}, "call_l")], {
    approval_policy: { view_file: "ask", list_dir: "deny" },
  });
  const [id] = idsOf(await untilAsked(chat));
  const decided = await decide(chat, { tool_call_id: id, approved: true, remember: "chat" });
  assert.equal(decided.body.approval_policy.view_file, "auto");
  const [read, listed] = resultsOf(await untilDone(chat));
  assert.match(JSON.stringify(read?.result), /alpha/);
  assert.match(JSON.stringify(listed?.result), /forbids this tool/);
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, {
    content: script([{ tool_calls: [viewB] }, { text: "done" }] as never),
  });
  const stored = await untilDone(chat);
  assert.match(JSON.stringify(resultsOf(stored).at(-1)?.result), /beta/);
});

test("D3 a client that is late: its call is cancelled, and the turn goes on", async () => {
  const chat = await aChat([pick], { client_tool_deadline_s: 1 });
  const stored = await untilDone(chat);
  assert.deepEqual(resultsOf(stored)[0]?.result, {
    error: "The call was cancelled: nobody answered it in time.",
  });
  assert.equal(textOf(stored.at(-1) as Message), "done");
});

test("D2 a client's tool may have nothing to say: its result is null", async () => {
  const chat = await aChat([pick]);
  const [tool_call_id] = idsOf(await untilAsked(chat));
  assert.equal((await submit(chat, { tool_call_id, output: null })).status, 200);
  const stored = await untilDone(chat);
  assert.equal(resultsOf(stored)[0]?.result, null);
  assert.equal(textOf(stored.at(-1) as Message), "done");
});

test("D2 of ten racing submits exactly one wins, and the others are told that nothing waits any more", async () => {
  const chat = await aChat([pick]);
  const [tool_call_id] = idsOf(await untilAsked(chat));
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, output) => submit(chat, { tool_call_id, output })),
  );
  const codes = answers.map(({ status, body }) => `${status} ${body.code ?? ""}`).toSorted();
  assert.deepEqual(codes, ["200 ", ...Array.from({ length: 9 }, () => "409 not_awaiting_results")]);
  const stored = await untilDone(chat);
  assert.equal(resultsOf(stored).length, 1);
});

test("I3 D3 an interrupt while the turn waits closes the calls and the turn goes on; sends meanwhile are queued", async () => {
  const chat = await aChat([pick, viewA], { approval_policy: { view_file: "ask" } });
  await untilAsked(chat, 2);
  const sent = await everturn.call<{ queued: boolean }>("POST", `/v1/chats/${chat.id}/messages`, {
    content: script({ text: "two" }),
  });
  assert.equal(sent.queued, true);
  assert.equal((await everturn.answer("PATCH", `/v1/chats/${chat.id}`, { archived: true })).status, 409);
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  const reader = everturn.reader(chat.id);
  await reader.until(
    "both are answered",
    ({ messages, status }) => messages.length === 6 && status === "waiting",
  );
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.deepEqual(
    resultsOf(stored).map(({ is_error }) => is_error),
    [true, true],
  );
  assert.deepEqual(
    stored.map(({ role }) => role),
    ["user", "assistant", "tool", "assistant", "user", "assistant"],
  );
});

test("D5 S a deleted chat takes its questions along: its run ends, and nobody can answer any more", async () => {
  const chat = await aChat([pick, viewA], { approval_policy: { view_file: "ask" } });
  const asked = idsOf(await untilAsked(chat, 2));
  await everturn.call("DELETE", `/v1/chats/${chat.id}`);
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
  for (const answer of [
    await decide(chat, { tool_call_id: asked[1], approved: true }),
    await submit(chat, { tool_call_id: asked[0], output: 1 }),
  ]) {
    assert.deepEqual([answer.status, answer.body.code], [404, "chat_not_found"]);
  }
  const left = await everturn.pool.query("select from tool_executions where chat_id = $1", [chat.id]);
  assert.equal(left.rows.length, 0);
});

test("S D5 a chat that waits is not archived, and its question stays; once the turn has ended it is", async () => {
  const chat = await aChat([pick]);
  const asked = await untilAsked(chat);
  const archive = () => everturn.answer("PATCH", `/v1/chats/${chat.id}`, { archived: true });
  const refused = await archive();
  assert.deepEqual([refused.status, refused.body.code], [409, "chat_busy"]);
  assert.deepEqual(idsOf(await untilAsked(chat)), idsOf(asked));
  assert.equal((await submit(chat, { tool_call_id: idsOf(asked)[0], output: "red" })).status, 200);
  await untilDone(chat);
  assert.equal((await archive()).body.archived, true);
});

test("I3 D3 a message that interrupts a turn which waits closes its questions, and is answered next", async () => {
  const chat = await aChat([pick, viewA], { approval_policy: { view_file: "ask" } });
  const [picked] = idsOf(await untilAsked(chat, 2));
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, {
    content: script({ text: "two" }),
    busy_behavior: "interrupt",
  });
  const reader = everturn.reader(chat.id);
  await reader.until("the message is answered", ({ messages, status }) => {
    return status === "waiting" && messages.some((message) => textOf(message) === "two");
  });
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.deepEqual(
    resultsOf(stored).map(({ is_error }) => is_error),
    [true, true],
  );
  assert.equal(textOf(stored.at(-1) as Message), "two");
  assert.equal((await submit(chat, { tool_call_id: picked, output: 1 })).body.code, "not_awaiting_results");
});

test("D2 results for some of the client's calls are refused whole, whatever else is asked; all at once are taken", async () => {
  const second = call("pick_color", { hint: "cold" }, "call_cold");
  const chat = await aChat([pick, viewA, second], { approval_policy: { view_file: "ask" } });
  const [warm, viewed, cold] = idsOf(await untilAsked(chat, 3));
  const some = await submit(chat, { tool_call_id: warm, output: "red" });
  assert.deepEqual([some.status, some.body.code], [400, "results_incomplete"]);
  assert.equal(idsOf(await untilAsked(chat, 3)).length, 3, "none was taken");
  const both = [
    { tool_call_id: cold, output: "blue" },
    { tool_call_id: warm, output: "red" },
  ];
  assert.equal((await submit(chat, ...both)).body.status, "requires_action");
  assert.equal((await decide(chat, { tool_call_id: viewed, approved: true })).body.status, "requires_action");
  const results = resultsOf(await untilDone(chat));
  assert.deepEqual([results[0]?.result, results[2]?.result], ["red", "blue"]);
  assert.match(JSON.stringify(results[1]?.result), /alpha/);
});

test("E1 an edit while the turn waits drops the questions and runs the new message", async () => {
  const chat = await aChat([pick]);
  await untilAsked(chat);
  const first = chat.current_turn_id;
  await everturn.call("PATCH", `/v1/chats/${chat.id}/messages/${first}`, {
    content: script({ text: "new" }),
  });
  const stored = await untilDone(chat);
  assert.deepEqual(
    stored.map(({ role }) => role),
    ["user", "assistant"],
  );
  assert.equal(textOf(stored[1] as Message), "new");
  const left = await everturn.pool.query("select from tool_executions where chat_id = $1", [chat.id]);
  assert.equal(left.rows.length, 0);
});

test("Q12 a message brings its own tools, also through the queue, and the next turn has them no more", async () => {
  const chat = await aChat([pick], { dynamic_tools: [] });
  const unknown = await untilDone(chat);
  assert.match(JSON.stringify(resultsOf(unknown)[0]?.result), /There is no tool/);
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, {
    content: script({ parts: 20, delay_ms: 20 }),
  });
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, {
    content: script([{ tool_calls: [pick] }, { text: "picked" }] as never),
    tools: [pickColor],
  });
  const [id] = idsOf(await untilAsked(chat));
  await submit(chat, { tool_call_id: id, output: "green" });
  const stored = await untilDone(chat);
  assert.equal(resultsOf(stored).at(-1)?.result, "green");
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, {
    content: script([{ tool_calls: [pick] }, { text: "none" }] as never),
  });
  assert.match(JSON.stringify(resultsOf(await untilDone(chat)).at(-1)?.result), /There is no tool/);
});
