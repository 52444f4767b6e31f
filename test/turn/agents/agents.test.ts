// Tests: chats that start subagents, wait for them and get their reports, with real processes and a scripted model.
import assert from "node:assert/strict";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Chat, Message } from "../../../core/chat/message.ts";
import type { JsonObject } from "../../../core/part/part.ts";
import { chatWorkflowId } from "../../../workflows/contract.ts";
import { type Everturn, startEverturn } from "../../support/everturn.ts";
import { soon } from "../../support/soon.ts";
import { assertSettled, script, storedMessages, textOf } from "../../support/turn/settled.ts";

let everturn: Everturn;
let project: string;
before(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), "everturn-agents-")));
  await writeFile(join(project, "AGENTS.md"), "Use tabs, never spaces.");
  everturn = await startEverturn({ env: { EVERTURN_PROJECT_ROOTS: project } });
});
after(async () => {
  await everturn.stop();
  await rm(project, { recursive: true });
});

/** Runs a turn to its end, and gives the results of its calls in their order. */
async function runTurn(content: string) {
  const chat = await everturn.createChat(content);
  const reader = everturn.reader(chat.id);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  return { chat, stored, results: resultsOf(stored) };
}

function resultsOf(stored: readonly Message[]): JsonObject[] {
  return stored.flatMap(({ content }) =>
    content.flatMap((part) => (part.type === "tool-result" ? [part.result as JsonObject] : [])),
  );
}

function spawn(prompt: string, more: object = {}) {
  return { name: "spawn_agent", args: { type: "general", prompt, ...more } };
}

async function childrenOf(chat: Chat): Promise<readonly Chat[]> {
  const { items } = await everturn.call<{ items: Chat[] }>("GET", "/v1/chats");
  return items.find(({ id }) => id === chat.id)?.children ?? [];
}

/** The body of the first request that the model got for this script. */
function firstRequest(key: string) {
  const body = everturn.model.requests(key)[0]?.body as
    | { input: { role: string; content: unknown }[]; tools: { name: string }[] }
    | undefined;
  assert.ok(body !== undefined, `the model was asked for ${key}`);
  return body;
}

test("G0 G1 G2 G3 a chat starts an agent, waits for it and gets its report; the agent is a chat of its own below it", async () => {
  const task = script([{ text: "the answer is 42" }], "task");
  const { chat, stored, results } = await runTurn(
    script([
      { tool_calls: [spawn(task, { title: "Find the answer" })] },
      { tool_calls: [{ name: "wait_agent", args: { chat_id: "$result.0.chat_id" } }] },
      { text: "it is 42" },
    ]),
  );
  const [child, ...others] = await childrenOf(chat);
  assert.deepEqual(others, []);
  assert.ok(child !== undefined);
  assert.deepEqual(
    [child.parent_chat_id, child.root_chat_id, child.title, child.status, child.owner_id],
    [chat.id, chat.id, "Find the answer", "waiting", chat.owner_id],
  );
  assert.deepEqual(results, [
    { chat_id: child.id, title: "Find the answer", type: "general", status: "running" },
    { chat_id: child.id, title: "Find the answer", status: "finished", report: "the answer is 42" },
  ]);
  assert.equal(textOf(stored.at(-1) as Message), "it is 42");
  assert.ok(child.id > chat.id, "trees are locked in the order of ids, which is root first");
  const own = await storedMessages(everturn, child.id);
  assert.deepEqual(
    own.map(({ role }) => role),
    ["user", "assistant"],
  );
  const request = firstRequest("task");
  assert.match(JSON.stringify(request), /Your last message is your report/);
  const names = request.tools.map(({ name }) => name);
  assert.deepEqual(
    names.filter((name) => name.endsWith("_agent") || name === "list_agents"),
    [],
    "an agent has no agents",
  );
});

test("C1 G2 a general agent reads the instructions of its folder; one that explores is told what its parent tells it", async () => {
  const [general, explore] = [script({ text: "ok" }, "c1-general"), script({ text: "ok" }, "c1-explore")];
  const waits = [0, 1].map((i) => ({ name: "wait_agent", args: { chat_id: `$result.${i}.chat_id` } }));
  const chat = await everturn.createChat(
    script([
      { tool_calls: [spawn(general), spawn(explore, { type: "explore" })] },
      { tool_calls: waits },
      { text: "done" },
    ]),
    { project_path: project },
  );
  await everturn.reader(chat.id).untilIdle();
  const told = (key: string) => JSON.stringify(firstRequest(key)).includes("Use tabs, never spaces.");
  assert.deepEqual([told("c1-general"), told("c1-explore")], [true, false]);
});

const pick = { name: "pick", description: "Asks for a color.", parameters: { type: "object" } };

/** A chat that waits in one batch for an agent, which answers when the gate opens, and for its client. */
async function aWaitForBoth(gate: string): Promise<{ readonly chat: Chat; readonly picked: string }> {
  const chat = await everturn.createChat(
    script([
      { tool_calls: [spawn(script({ text: "gold", hold_until: gate, hold_after: 0 }, gate))] },
      {
        tool_calls: [
          { name: "wait_agent", args: { chat_id: "$result.0.chat_id" } },
          { name: "pick", args: {} },
        ],
      },
      { text: "done" },
    ]),
    { dynamic_tools: [pick] },
  );
  const picked = await soon("both are waited for", async () => {
    const { required_action } = await everturn.call<Chat>("GET", `/v1/chats/${chat.id}`);
    const { rows } = await everturn.pool.query(
      "select from tool_executions where chat_id = $1 and awaits_chat_id is not null",
      [chat.id],
    );
    return rows.length === 1 && (required_action?.tool_calls[0]?.tool_call_id ?? false);
  });
  return { chat, picked };
}

for (const first of ["agent", "client"] as const) {
  test(`D4 G3 a batch that waits for an agent and for its client goes on when both are there; the ${first} is first`, async () => {
    const gate = `both-${first}`;
    const { chat, picked } = await aWaitForBoth(gate);
    const [child] = await childrenOf(chat);
    const answer = () =>
      everturn.call<Chat>("POST", `/v1/chats/${chat.id}/tool-results`, {
        results: [{ tool_call_id: picked, output: "red" }],
      });
    if (first === "client") assert.equal((await answer()).status, "requires_action");
    everturn.model.release(gate);
    await soon("the report is there, or the turn has ended with it", async () => {
      const { rows } = await everturn.pool.query<{ finished: boolean }>(
        "select finished_at is not null as finished from tool_executions where chat_id = $1 and tool_name = 'wait_agent'",
        [chat.id],
      );
      return rows.every(({ finished }) => finished);
    });
    if (first === "agent") await answer();
    const reader = everturn.reader(chat.id);
    await reader.untilIdle();
    const results = resultsOf(await assertSettled(everturn, chat.id, [reader]));
    const report = { chat_id: child?.id, title: child?.title, status: "finished", report: "gold" };
    assert.deepEqual(results.slice(1), [report, "red"]);
  });
}

test("D5 G3 in the Web UI a turn that waits for agents names their workflows", async () => {
  const gate = "web-ui";
  const chat = await everturn.createChat(
    script([
      { tool_calls: [spawn(script({ text: "gold", hold_until: gate, hold_after: 0 }, gate))] },
      { tool_calls: [{ name: "wait_agent", args: { chat_id: "$result.0.chat_id" } }] },
      { text: "done" },
    ]),
  );
  const handle = everturn.temporal.workflow.getHandle(chatWorkflowId(chat.id));
  const words = await soon("the run says what it waits for", async () => {
    const [child] = await childrenOf(chat);
    const { currentDetails = "" } = await handle.query<{ currentDetails?: string }>(
      "__temporal_workflow_metadata",
    );
    return child !== undefined && currentDetails.includes(chatWorkflowId(child.id)) && currentDetails;
  });
  assert.match(
    words,
    /\*\*Waiting for subagents\*\* · \[chat-…\w{12}\]\(\/namespaces\/\w+\/workflows\/chat-[0-9a-f-]{36}\) · since \d{4}-/,
  );
  const [child] = await childrenOf(chat);
  const run = everturn.temporal.workflow.getHandle(chatWorkflowId(child?.id ?? ""));
  const { currentDetails } = await run.query<{ currentDetails: string }>("__temporal_workflow_metadata");
  assert.match(currentDetails, new RegExp(`subagent of \\[\\S+\\]\\(\\S+/chat-${chat.id}\\)$`));
  everturn.model.release(gate);
  await everturn.reader(chat.id).untilIdle();
});
