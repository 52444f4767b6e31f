// Tests: random sequences of what clients and workers do, against a model of the state table and a real database.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import "../support/fixed-seed.ts";
import { chatStateOf } from "../../core/chat/chat-state.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import { changeQueued, deleteQueued } from "../../store/chat/change-queued.ts";
import { editMessage } from "../../store/chat/edit-message.ts";
import { interruptChat } from "../../store/chat/interrupt-chat.ts";
import { promoteQueued } from "../../store/chat/promote-queued.ts";
import { regenerate } from "../../store/chat/regenerate.ts";
import type { BusyBehavior } from "../../store/chat/send-message.ts";
import { callsWithoutResult } from "../../store/row/messages.ts";
import { beginAttempt } from "../../store/turn/begin-attempt.ts";
import { inUnit } from "../../store/unit.ts";
import { createTestDatabase } from "../support/database.ts";
import { aChat, openStore, type TestChat, type TestStore, text, toolCall } from "../support/turn/chats.ts";

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

/** What a chat must look like: the user messages of its history, its queue and its status. */
interface Model {
  status: "running" | "interrupting" | "waiting" | "error";
  said: string[];
  queue: string[];
  /** Those of the queue that steer. */
  steers: Set<string>;
  sent: number;
}

type Action =
  | { type: "send"; busy: BusyBehavior }
  | { type: "interrupt" }
  | { type: "edit"; at: number }
  | { type: "regenerate" }
  | { type: "promote"; at: number }
  | { type: "delete"; at: number }
  | { type: "rewrite"; at: number }
  | { type: "move"; at: number; to: number }
  | { type: "work"; how: "text" | "tool" | "fail" };

const at = fc.nat({ max: 30 });
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant("send"), busy: fc.constantFrom("queue", "interrupt", "steer") }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("interrupt") }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("edit"), at }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("regenerate") }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("promote"), at }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("delete"), at }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("rewrite"), at }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("move"), at, to: fc.integer({ min: 1, max: 30 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant("work"), how: fc.constantFrom("text", "tool", "fail") }),
  },
);

function startHead(model: Model): void {
  const head = model.queue.shift();
  if (head === undefined) {
    model.status = "waiting";
    return;
  }
  model.said.push(head);
  model.status = "running";
}

/** Does the action to the chat and to the model. */
async function act(chat: TestChat, model: Model, step: Action): Promise<void> {
  const owner = { chat_id: chat.id, owner_id: store.userId };
  switch (step.type) {
    case "send":
      return send(chat, model, step.busy);
    case "interrupt":
      await inUnit(store, (unit) => interruptChat(unit, owner));
      if (model.status === "running") model.status = "interrupting";
      return;
    case "edit": {
      const index = step.at % model.said.length;
      const message = (await chat.history()).filter(({ role }) => role === "user")[index];
      const input = {
        ...owner,
        message_id: message?.id ?? 0,
        content: text("edited"),
        created_by: store.userId,
      };
      await inUnit(store, (unit) => editMessage(unit, input));
      model.said = [...model.said.slice(0, index), "edited"];
      model.queue = [];
      model.status = "running";
      return;
    }
    case "regenerate":
      await inUnit(store, (unit) => regenerate(unit, { ...owner, created_by: store.userId }));
      model.queue = [];
      model.status = "running";
      return;
    case "promote":
      return promote(chat, model, step.at);
    case "delete": {
      const victim = model.queue[step.at % Math.max(1, model.queue.length)];
      if (victim === undefined) return;
      const queued_message_id = await chat.queuedId(victim);
      await inUnit(store, (unit) => deleteQueued(unit, { ...owner, queued_message_id }));
      model.queue = model.queue.filter((value) => value !== victim);
      return;
    }
    case "rewrite":
    case "move":
      return changeOne(chat, model, step);
    case "work":
      return work(chat, model, step.how);
  }
}

/** Rewrites or moves a queued message. */
async function changeOne(
  chat: TestChat,
  model: Model,
  step: Extract<Action, { type: "rewrite" | "move" }>,
): Promise<void> {
  const chosen = model.queue[step.at % Math.max(1, model.queue.length)];
  if (chosen === undefined) return;
  const queued_message_id = await chat.queuedId(chosen);
  const input = { chat_id: chat.id, owner_id: store.userId, queued_message_id };
  if (step.type === "rewrite") {
    const value = `r${++model.sent}`;
    await inUnit(store, (unit) => changeQueued(unit, { ...input, content: text(value) }));
    model.queue = model.queue.map((one) => (one === chosen ? value : one));
    if (model.steers.has(chosen)) model.steers.add(value);
    return;
  }
  await inUnit(store, (unit) => changeQueued(unit, { ...input, position: step.to }));
  model.queue = model.queue.filter((value) => value !== chosen);
  model.queue.splice(step.to - 1, 0, chosen);
}

async function send(chat: TestChat, model: Model, busy: BusyBehavior): Promise<void> {
  const value = `m${++model.sent}`;
  await chat.send(value, busy);
  model.queue.push(value);
  if (busy === "steer") model.steers.add(value);
  if (model.status === "waiting" || model.status === "error") startHead(model);
  else if (busy === "interrupt") model.status = "interrupting";
}

async function promote(chat: TestChat, model: Model, at_: number): Promise<void> {
  const chosen = model.queue[at_ % Math.max(1, model.queue.length)];
  if (chosen === undefined) return;
  const queued_message_id = await chat.queuedId(chosen);
  const input = { chat_id: chat.id, owner_id: store.userId, queued_message_id };
  await inUnit(store, (unit) => promoteQueued(unit, input));
  model.queue = [chosen, ...model.queue.filter((value) => value !== chosen)];
  if (model.status === "error") startHead(model);
  else model.status = "interrupting";
}

/** What a worker does next to the chat, whatever its state. */
async function work(chat: TestChat, model: Model, how: "text" | "tool" | "fail"): Promise<void> {
  const key = await chat.key();
  const { result: begun } = await inUnit(store, (unit) => beginAttempt(unit, key));
  if (begun.type === "ended") return;
  if (begun.type === "interrupted") {
    await chat.settle({ type: "interrupted", answer: null }, begun.fence);
    return startHead(model);
  }
  if (begun.type === "next") {
    await chat.settle({ type: "tools-done" });
    // The turn goes on with what was sent to steer it.
    model.said.push(...model.queue.filter((value) => model.steers.has(value)));
    model.queue = model.queue.filter((value) => !model.steers.has(value));
    return;
  }
  if (begun.type !== "attempt") throw new Error(`unexpected ${begun.type}`);
  if (how === "fail") {
    const error = {
      message: "x",
      kind: "auth",
      provider: null,
      retryable: false,
      status_code: 401,
      detail: null,
    } as const;
    await chat.settle({ type: "failed", failure: { error, answer: null } }, begun.fence);
    model.status = "error";
    return;
  }
  const content = how === "text" ? text("answer") : [toolCall(crypto.randomUUID())];
  await chat.settle({ type: "answered", answer: { role: "assistant", content } }, begun.fence);
  if (how === "text") startHead(model);
}

async function check(chat: TestChat, model: Model, versionBefore: number): Promise<number> {
  const row = await chat.row();
  const history = await chat.history();
  assert.equal(row.status, model.status);
  assert.deepEqual(await chat.queue(), model.queue);
  assert.equal(row.queue_length, model.queue.length);
  assert.notEqual(chatStateOf(row.status, row.queue_length), null);
  const said = history
    .filter(({ role }) => role === "user")
    .map(({ content }) => (content[0] as { text: string }).text);
  assert.deepEqual(said, model.said);
  if (row.status === "waiting" || row.status === "error") assert.deepEqual(callsWithoutResult(history), []);
  const results = history.flatMap(({ content }) =>
    content.flatMap((part) => (part.type === "tool-result" ? [part.tool_call_id] : [])),
  );
  assert.equal(new Set(results).size, results.length, "one result for each call");
  assert.ok(row.snapshot_version >= versionBefore);
  return row.snapshot_version;
}

test("S3 Q6 random sends, steers, interrupts, edits, regenerations, promotions and changes of the queue keep the database on the state table", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 25 }), async (actions) => {
      const chat = await aChat(store, "m0");
      const model: Model = { status: "running", said: ["m0"], queue: [], steers: new Set(), sent: 0 };
      let version = 0;
      for (const step of actions) {
        try {
          await act(chat, model, step);
        } catch (error) {
          const full = error instanceof Refusal && error.code === "queue_full";
          if (!full) throw error;
        }
        version = await check(chat, model, version);
      }
    }),
    { numRuns: 40, interruptAfterTimeLimit: 60_000 },
  );
});
