// Tests: chats that start subagents, wait for them and get their reports, with real processes and a scripted model.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Chat, Message } from "../../../core/chat/message.ts";
import type { JsonObject } from "../../../core/part/part.ts";
import { type Everturn, startEverturn } from "../../support/everturn.ts";
import { assertSettled, script, storedMessages, textOf } from "../../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn();
});
after(async () => {
  await everturn.stop();
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
