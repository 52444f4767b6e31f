// Tests: how a to-do list changes with the history of its chat, on a real database.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Todo } from "../../core/plan/todos.ts";
import { buildPrompt } from "../../core/prompt/build-prompt.ts";
import { forkChat } from "../../store/chat/fork-chat.ts";
import { patchChat } from "../../store/chat/patch-chat.ts";
import { clearContext, requestCompaction } from "../../store/chat/request-compaction.ts";
import { readPromptMessages } from "../../store/row/messages.ts";
import { beginCompaction } from "../../store/turn/begin-compaction.ts";
import { finishToolCall } from "../../store/turn/calls/tool-executions.ts";
import { inUnit } from "../../store/unit.ts";
import { createTestDatabase } from "../support/database.ts";
import { aChat, openStore, TestChat, type TestStore, text, toolCall } from "../support/turn/chats.ts";

let store: TestStore;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
before(async () => {
  database = await createTestDatabase();
  store = await openStore(database.url);
});
after(async () => {
  await store.pool.end();
  await database.drop();
});

const one: readonly Todo[] = [{ text: "look", status: "doing" }];
const two: readonly Todo[] = [
  { text: "look", status: "done" },
  { text: "write", status: "doing" },
];
const mine: readonly Todo[] = [{ text: "ring the bank", status: "pending" }];

/** The model's next answer calls `update_todos`, whose result is kept but not committed yet. */
async function callsUpdate(chat: TestChat, todos: readonly Todo[], { is_error = false } = {}): Promise<void> {
  const id = `c_${randomUUID()}`;
  await chat.answer([toolCall(id, "update_todos")], { finish_reason: "tool_calls" });
  await store.pool.query(
    "insert into tool_executions (chat_id, tool_call_id, tool_name, attempts) values ($1, $2, 'update_todos', 1)",
    [chat.id, id],
  );
  const result = { todos: todos.map((todo) => ({ ...todo })) };
  await finishToolCall(store.pool, {
    chat_id: chat.id,
    tool_call_id: id,
    result,
    is_error,
    truncated: false,
  });
}

async function listed(chat: TestChat): Promise<readonly Todo[]> {
  return (await chat.row()).todos?.items ?? [];
}

/** A chat whose agent has written a list, and whose turn has ended. */
async function withList(todos: readonly Todo[] = one): Promise<TestChat> {
  const chat = await aChat(store);
  await callsUpdate(chat, todos);
  await chat.settle({ type: "tools-done" });
  await chat.answer(text("so far"));
  return chat;
}

function set(chat: TestChat, todos: readonly Todo[]) {
  return inUnit(store, (unit) => patchChat(unit, { chat_id: chat.id, owner_id: store.userId, todos }));
}

/** What the next call of the model is sent, message by message. */
async function prompt(chat: TestChat): Promise<string[]> {
  return buildPrompt(await readPromptMessages(store.pool, chat.id)).map(
    ({ role, content }) =>
      `${role}: ${content.map((part) => (part.type === "text" ? part.text : part.type)).join("+")}`,
  );
}

test("C8 the list changes with the commit of the call's result, and not before", async () => {
  const chat = await aChat(store);
  await callsUpdate(chat, one);
  assert.deepEqual(await listed(chat), []);
  await chat.settle({ type: "tools-done" });
  assert.deepEqual(await listed(chat), one);
  await callsUpdate(chat, two, { is_error: true });
  await chat.settle({ type: "tools-done" });
  assert.deepEqual(await listed(chat), one, "a call that failed changes nothing");
  await callsUpdate(chat, []);
  await chat.interrupt();
  await chat.settle({ type: "interrupted", answer: null });
  assert.equal((await chat.row()).todos, null, "an interrupt keeps what a call had done");
});

test("C8 a list that a person sets is told to the model before its next call, once", async () => {
  const chat = await withList();
  await set(chat, mine);
  await set(chat, mine);
  assert.equal((await prompt(chat)).filter((line) => line.includes("ring the bank")).length, 0);
  await chat.send("go on");
  const sent = await prompt(chat);
  assert.match(sent.at(-2) ?? "", /^user: This is from the system(.|\n)*- \[ \] ring the bank$/);
  assert.equal(sent.at(-1), "user: go on", "the question comes last");
  await chat.answer(text("yes"));
  await chat.send("and on");
  assert.equal((await prompt(chat)).filter((line) => line.includes("ring the bank")).length, 1);
  assert.deepEqual((await chat.history()).filter(({ visibility }) => visibility === "model").length, 1);
});

test("C8 a person's list that meets an update of the model stays, and the turn learns of it after its tools", async () => {
  const chat = await aChat(store);
  await callsUpdate(chat, one);
  await set(chat, mine);
  const outcome = await chat.settle({ type: "tools-done" });
  assert.deepEqual(await listed(chat), mine);
  assert.equal(outcome.type === "next" && outcome.step.type, "call-model");
  assert.match((await prompt(chat)).at(-1) ?? "", /^user: This is from the system(.|\n)*ring the bank/);
  await callsUpdate(chat, two);
  await chat.settle({ type: "tools-done" });
  assert.deepEqual(await listed(chat), two, "from then on the model's own list counts");
});

test("C8 a list that a person has emptied is told, and is gone then", async () => {
  const chat = await withList();
  await set(chat, []);
  assert.deepEqual(await listed(chat), []);
  await chat.send("go on");
  assert.match((await prompt(chat)).at(-2) ?? "", /The to-do list is empty/);
  assert.equal((await chat.row()).todos, null);
});

test("C8 after a compaction the model reads the list as it stands, behind the summary", async () => {
  const chat = await withList(two);
  await set(chat, mine);
  await inUnit(store, (unit) => requestCompaction(unit, { chat_id: chat.id, owner_id: store.userId }));
  const key = await chat.key();
  const { result: begun } = await inUnit(store, (unit) =>
    beginCompaction(unit, key, { scheduledMs: 0, model: null }),
  );
  assert.ok(begun.type === "attempt");
  await chat.settle(
    {
      type: "compacted",
      compaction: {
        summary: { role: "user", visibility: "model", content: text("the gist") },
        keeps: begun.plan.kept.map(({ id }) => id),
        shown: [
          { role: "assistant", visibility: "user", content: [] },
          { role: "tool", visibility: "user", content: [] },
        ],
        endsTurn: true,
      },
    },
    begun.fence,
  );
  await chat.send("go on");
  const told = "The to-do list ([x] done, [~] doing):\n- [ ] ring the bank";
  assert.deepEqual(await prompt(chat), [`user: the gist+${told}`, "user: go on"]);
});

test("C8 a clear empties the list, an edit keeps it and tells it anew, and a fork has a copy", async () => {
  const chat = await withList();
  const [question] = await chat.history();
  await chat.edit(question?.id ?? 0, "another way");
  assert.deepEqual(await listed(chat), one);
  const cut = await prompt(chat);
  assert.equal(cut.length, 2);
  assert.match(cut[0] ?? "", /- \[~\] look/);
  await chat.answer(text("done"));
  const id = randomUUID();
  const asked = { id, chat_id: chat.id, owner_id: store.userId, title: () => "a fork" };
  await inUnit(store, (unit) => forkChat(unit, asked));
  const fork = new TestChat(store, id);
  assert.deepEqual(await listed(fork), one);
  await inUnit(store, (unit) => clearContext(unit, { chat_id: chat.id, owner_id: store.userId }));
  assert.deepEqual([await listed(chat), await listed(fork)], [[], one]);
});
