// Tests: Temporal itself goes away and comes back, under turns and commands that run and messages that are sent.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Chat } from "../../core/chat/message.ts";
import type { JsonObject } from "../../core/part/part.ts";
import { onlyAnswer, tokens, untilNoRun } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { type OwnTemporal, startOwnTemporal } from "../support/server/own-servers.ts";
import { soon } from "../support/soon.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";
import {
  assertCounted,
  assertRanOnce,
  counting,
  endCounting,
  logOf,
  untilShown,
  workspaceChat,
} from "../support/workspace/workspace-chats.ts";

let temporal: OwnTemporal;
let everturn: Everturn;
before(async () => {
  temporal = await startOwnTemporal();
  everturn = await startEverturn({ temporalAddress: temporal.address });
});
after(async () => {
  await everturn.stop();
  await temporal.close();
});

test("Q11 while Temporal is down messages are accepted and answers kept; when it is back, each is answered once", async () => {
  const running = await everturn.createChat(
    script({ parts: 60, rate: 300, hold_until: "down", hold_after: 30 }, "down"),
  );
  const early = everturn.reader(running.id);
  await early.until("half the answer is shown", (_view, { writing }) => writing.includes("t30"));
  await temporal.stop();

  const sent = await everturn.answer("POST", "/v1/chats", { content: script({ text: "later" }, "created") });
  assert.equal(sent.status, 201);
  const queued = { content: script({ text: "two" }, "queued") };
  await everturn.call("POST", `/v1/chats/${running.id}/messages`, queued);
  const late = everturn.reader(sent.body.id);
  await late.until("the chat is shown running", ({ status }) => status === "running");
  // What was being written needs no Temporal to be finished, kept and shown.
  everturn.model.release("down");
  await early.until("the answer is committed", ({ messages }) => messages.length === 3);

  await temporal.start();
  await early.until("both answered", (view) => view.messages.length === 4 && view.status === "waiting");
  await late.untilIdle();
  const stored = await assertSettled(everturn, running.id, [early]);
  assert.deepEqual(
    stored
      .map(({ role, content }) => [role, textOf({ content }).trim()])
      .filter(([role]) => role === "assistant"),
    [
      ["assistant", tokens(60)],
      ["assistant", "two"],
    ],
  );
  assert.equal(textOf(onlyAnswer(await assertSettled(everturn, sent.body.id, [late]))), "later");
  for (const key of ["down", "created", "queued"]) assert.equal(everturn.model.requests(key).length, 1, key);
  for (const id of [running.id, sent.body.id]) assert.equal(await untilNoRun(everturn, id), "COMPLETED");
});

/** A turn that waits for its client and a person, and one that waits for an agent, which is in mid-answer. */
async function turnsThatWait(gate: string) {
  const asking = await everturn.createChat(
    script([
      {
        tool_calls: [
          { name: "pick", args: {} },
          { name: "list_templates", args: {} },
        ],
      },
      { text: "both answered" },
    ]),
    {
      dynamic_tools: [{ name: "pick", description: "Asks for a color.", parameters: { type: "object" } }],
      approval_policy: { list_templates: "ask" },
    },
  );
  const prompt = script({ parts: 20, hold_until: gate, hold_after: 10 }, gate);
  const parent = await everturn.createChat(
    script([
      { tool_calls: [{ name: "spawn_agent", args: { type: "general", title: "dig", prompt } }] },
      { tool_calls: [{ name: "wait_agent", args: { chat_id: "$result.0.chat_id" } }] },
      { text: "the report is there" },
    ]),
  );
  const asked = await soon("the client and a person are asked", async () => {
    const { required_action } = await everturn.call<Chat>("GET", `/v1/chats/${asking.id}`);
    const calls = required_action?.tool_calls ?? [];
    return calls.length === 2 && Object.fromEntries(calls.map((one) => [one.tool_name, one.tool_call_id]));
  });
  await soon("the agent writes, and its parent waits", async () => {
    const { rows } = await everturn.pool.query(
      "select from tool_executions where chat_id = $1 and awaits_chat_id is not null and finished_at is null",
      [parent.id],
    );
    return rows.length === 1 && everturn.model.requests(gate).some(({ status }) => status === "held");
  });
  return { asking, parent, asked };
}

for (const dying of ["Temporal", "Temporal, the API and the workers"] as const) {
  test(`D5 G3 ${dying} killed while turns wait for a client, a person and an agent: answers count, and each turn ends`, async () => {
    const all = dying !== "Temporal";
    const gate = all ? "all-killed" : "temporal-killed";
    const { asking, parent, asked } = await turnsThatWait(gate);
    temporal.kill();
    // It would be restarted at once.
    await temporal.stop();
    if (all) {
      await Promise.all([everturn.api, ...everturn.workers.splice(0)].map((role) => role.kill()));
      everturn.api = await everturn.startApi();
    }
    const post = (what: string, body: object) =>
      everturn.call<Chat>("POST", `/v1/chats/${asking.id}/${what}`, body);
    const picked = { results: [{ tool_call_id: asked["pick"], output: "red" }] };
    assert.equal((await post("tool-results", picked)).status, "requires_action");
    const approved = { decisions: [{ tool_call_id: asked["list_templates"], approved: true }] };
    assert.notEqual((await post("approvals", approved)).status, "error");
    everturn.model.release(gate);
    await temporal.start();
    if (all) await everturn.startWorker();
    const readers = [asking, parent].map(({ id }) => everturn.reader(id));
    const ends: string[] = [];
    const results: JsonObject[] = [];
    for (const [at, { id }] of [asking, parent].entries()) {
      const reader = readers[at] as (typeof readers)[number];
      await reader.until("the turn has ended", ({ status }) => status === "waiting");
      const stored = await assertSettled(everturn, id, [reader]);
      ends.push(textOf(stored.at(-1) ?? { content: [] }));
      for (const { content } of stored)
        for (const part of content) if (part.type === "tool-result") results.push(part.result as JsonObject);
    }
    assert.deepEqual(ends, ["both answered", "the report is there"]);
    assert.equal(results[0], "red");
    assert.match(JSON.stringify(results[1]), /templates/);
    assert.deepEqual([results[3]?.["status"], results[3]?.["report"]], ["finished", tokens(20)]);
    for (const { id } of [asking, parent]) assert.equal(await untilNoRun(everturn, id), "COMPLETED");
  });
}

test("W5 Temporal restarted while a command runs: it ran once", async () => {
  const key = "counting-restart-temporal";
  const workspace = await workspaceChat(everturn, [counting(key)], key);
  await untilShown(workspace.reader, "line 3");
  await temporal.stop();
  const lines = assertCounted(await logOf(workspace));
  await soon("the command goes on meanwhile", async () => assertCounted(await logOf(workspace)) > lines);
  await temporal.start();
  await untilShown(workspace.reader, `line ${lines + 3}`);
  await endCounting(workspace);
  await assertRanOnce(everturn, workspace);
});
