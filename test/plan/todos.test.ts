// Tests: to-do lists in turns with an API and a worker, and what clients are shown of them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Chat } from "../../core/chat/message.ts";
import { doomedWorker, onlyWorker, untilDead } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { assertSettled, script } from "../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn();
});
after(() => everturn.stop());

const items = [
  { text: "look", status: "done" },
  { text: "write", status: "doing" },
];
const update = (list: unknown) => ({ tool_calls: [{ name: "update_todos", args: { items: list } }] });

test("C8 a call of update_todos changes the list that the stream, the chat and lists of chats show", async () => {
  const chat = await everturn.createChat(script([update(items), { text: "done" }]));
  assert.deepEqual(chat["todos"], []);
  const reader = everturn.reader(chat.id);
  await reader.until("the list is streamed", (view) => view.chat?.todos.length === 2);
  await reader.untilIdle();
  await assertSettled(everturn, chat.id, [reader]);
  assert.deepEqual(reader.view.chat?.todos, items);
  const shown = await everturn.call<Chat>("GET", `/v1/chats/${chat.id}`);
  assert.deepEqual(shown.todos, items);
  const { items: chats } = await everturn.call<{ items: Chat[] }>("GET", "/v1/chats");
  assert.deepEqual(chats.find(({ id }) => id === chat.id)?.todos, items);
});

test("C8 L4 lists that are no list get error results with the path of the fault, and change nothing", async () => {
  const bad = [
    [{ text: "x", status: "started" }],
    [{ text: "x".repeat(301), status: "done" }],
    [{ text: " \n\t", status: "done" }],
    Array.from({ length: 51 }, () => items[0]),
    "everything",
  ];
  const calls = bad.map((list) => ({ name: "update_todos", args: { items: list } }));
  const chat = await everturn.createChat(script([{ tool_calls: calls }, { text: "I see" }]));
  const reader = everturn.reader(chat.id);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  const results = (stored[2]?.content ?? []).map((part) =>
    part.type === "tool-result" && part.is_error ? JSON.stringify(part.result) : "no error",
  );
  for (const [at, words] of [
    /items\[0\]\.status/,
    /items\[0\]\.text/,
    /items\[0\]\.text says nothing/,
    /50/,
    /items/,
  ].entries())
    assert.match(results[at] ?? "", words);
  assert.deepEqual(reader.view.chat?.todos, []);
});

test("C8 a person sets the list in any state, with bounds and the path of a fault", async () => {
  const chat = await everturn.createChat(script({ text: "slowly", hold_until: "todos", hold_after: 1 }));
  const reader = everturn.reader(chat.id);
  const path = `/v1/chats/${chat.id}`;
  const changed = await everturn.call<Chat>("PATCH", path, {
    todos: [{ text: " two\nlines ", status: "pending" }],
  });
  assert.deepEqual([changed.status, changed.todos], ["running", [{ text: "two lines", status: "pending" }]]);
  await reader.until("it is streamed", (view) => view.chat?.todos[0]?.text === "two lines");
  everturn.model.release("todos");
  await reader.untilIdle();
  await everturn.call("PATCH", path, { archived: true });
  const archived = await everturn.call<Chat>("PATCH", path, { todos: [] });
  assert.deepEqual([archived.archived, archived.todos], [true, []]);
  for (const [todos, at] of [
    [[{ text: "", status: "done" }], "todos[0].text"],
    [[{ text: "x", status: "never" }], "todos[0].status"],
    [[{ text: "x", status: "done", by: "me" }], "todos[0].by"],
    [Array.from({ length: 51 }, () => items[0]), "todos"],
  ] as const) {
    const { status, body } = await everturn.answer("PATCH", path, { todos });
    assert.equal(status, 400);
    assert.equal((body as { errors: { path: string }[] }).errors[0]?.path, at);
  }
});

test("C9 where the deployment does not allow it, there is no fetch_url", async () => {
  const calls = [{ name: "fetch_url", args: { url: "https://example.com/" } }];
  const chat = await everturn.createChat(script([{ tool_calls: calls }, { text: "I see" }]));
  const reader = everturn.reader(chat.id);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.match(JSON.stringify(stored[2]?.content), /There is no tool .*fetch_url/);
});

test("C8 X9 a worker that dies before or after the call's result leaves the list changed exactly once", async () => {
  for (const point of ["runTool:begun", "runTool:finished", "settle:committed"]) {
    const worker = await doomedWorker(everturn, point);
    const chat = await everturn.createChat(
      script([update(items), update(items.toReversed()), { text: "done" }]),
    );
    const reader = everturn.reader(chat.id);
    await untilDead(worker);
    await onlyWorker(everturn);
    await reader.untilIdle();
    const stored = await assertSettled(everturn, chat.id, [reader]);
    const results = stored.flatMap(({ content }) => content.filter((part) => part.type === "tool-result"));
    assert.deepEqual(
      results.map(({ is_error }) => is_error),
      [false, false],
      point,
    );
    assert.deepEqual(reader.view.chat?.todos, items.toReversed());
  }
});
