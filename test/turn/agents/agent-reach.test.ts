// Tests: what reaches the subagents of a chat, and what a chat is told of them, on a real database.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { deleteChat } from "../../../store/chat/delete-chat.ts";
import { patchChat } from "../../../store/chat/patch-chat.ts";
import { promoteQueued } from "../../../store/chat/promote-queued.ts";
import { inUnit } from "../../../store/unit.ts";
import { createTestDatabase } from "../../support/database.ts";
import {
  agentsOf,
  look,
  NEVER,
  resultOf,
  spawned,
  toldTo,
  withClaimedCalls,
} from "../../support/turn/agents.ts";
import { openStore, refuses, type TestChat, type TestStore, text } from "../../support/turn/chats.ts";

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

async function endTurn(chat: TestChat, report: string): Promise<void> {
  await chat.answer(text(report));
}

/** The chat's calls are over; its turn ends. */
async function endCalls(chat: TestChat): Promise<void> {
  await chat.settle({ type: "tools-done" });
  await chat.answer(text("done"));
}

test("G4 an interrupt of a chat reaches its agents, whether it names the chat, sends a message or promotes one", async () => {
  const ways: ((parent: TestChat) => Promise<unknown>)[] = [
    (parent) => parent.interrupt(),
    (parent) => parent.send("now", "interrupt"),
    async (parent) => {
      await parent.send("next");
      const promoted = {
        chat_id: parent.id,
        owner_id: null,
        queued_message_id: await parent.queuedId("next"),
      };
      await inUnit(store, (unit) => promoteQueued(unit, promoted));
    },
  ];
  for (const interrupt of ways) {
    const parent = await withClaimedCalls(store, 2);
    const [one, two] = [await spawned(parent), await spawned(parent, "c2")];
    await endTurn(two, "found");
    await interrupt(parent);
    assert.deepEqual(
      [(await parent.row()).status, (await one.row()).status, (await two.row()).status],
      ["interrupting", "interrupting", "waiting"],
    );
  }
});

test("G4 I4 an interrupt of a chat at rest reaches its agents, and one for another turn reaches none", async () => {
  const parent = await withClaimedCalls(store);
  const child = await spawned(parent);
  await endCalls(parent);
  await parent.interrupt(1);
  assert.equal((await child.row()).status, "running");
  await parent.interrupt();
  assert.deepEqual([(await parent.row()).status, (await child.row()).status], ["waiting", "interrupting"]);
});

test("E1 an edit interrupts the agents of the turns that it cuts, and no others", async () => {
  const parent = await withClaimedCalls(store);
  const early = await spawned(parent);
  await endCalls(parent);
  const { messages } = await parent.send("again");
  await withClaimedCalls(store, 1, parent);
  const late = await spawned(parent);
  await parent.edit(messages[0]?.id ?? 0, "otherwise");
  assert.deepEqual([(await early.row()).status, (await late.row()).status], ["running", "interrupting"]);
});

test("G4 a deleted chat takes its agents along; the wait for a deleted agent ends with an error", async () => {
  const parent = await withClaimedCalls(store, 3);
  const [one, two] = [await spawned(parent), await spawned(parent, "c2")];
  await (await agentsOf(parent, "c3")).wait(one.id, 60_000, NEVER);
  const remove = (chat_id: string) => inUnit(store, (unit) => deleteChat(unit, { chat_id, owner_id: null }));
  await remove(one.id);
  assert.equal((await toldTo(parent)).at(-1), "childSettled");
  assert.deepEqual(await look(parent, "c3"), []);
  assert.deepEqual(await resultOf(parent, "c3"), { error: "The agent was deleted." });
  await remove(parent.id);
  assert.deepEqual([await parent.row(), await two.row()], [null, null]);
  assert.deepEqual((await toldTo(two)).at(-1), "deleted");
});

test("S G4 a tree is archived as one: an agent that runs refuses it, and nothing has changed", async () => {
  const parent = await withClaimedCalls(store);
  const child = await spawned(parent);
  await endCalls(parent);
  const archive = (archived: boolean) =>
    inUnit(store, (unit) => patchChat(unit, { chat_id: parent.id, owner_id: store.userId, archived }));
  const both = async () => [(await parent.row()).archived, (await child.row()).archived];
  await assert.rejects(archive(true), refuses("chat_busy"));
  assert.deepEqual(await both(), [false, false]);
  await endTurn(child, "found");
  await archive(true);
  assert.deepEqual(await both(), [true, true]);
  await archive(false);
  assert.deepEqual(await both(), [false, false]);
});

test("G5 an agent that ends while nobody waits wakes nobody; the next turn's model is told, once, and people are not", async () => {
  const parent = await withClaimedCalls(store);
  const child = await spawned(parent, "c1", { title: "Dig deep" });
  await endCalls(parent);
  const told = await toldTo(parent);
  await endTurn(child, "gold");
  assert.deepEqual(await toldTo(parent), told);
  assert.equal((await parent.row()).status, "waiting");
  const { messages } = await parent.send("what now?");
  const history = await parent.history();
  const notice = history.at(-2);
  assert.deepEqual(
    [notice?.visibility, notice?.role, history.at(-1)?.id],
    ["model", "user", messages[0]?.id],
  );
  assert.match(JSON.stringify(notice?.content), new RegExp(`Dig deep.*${child.id}.*has ended its turn`));
  await parent.answer(text("I see"));
  await parent.edit(messages[0]?.id ?? 0, "what then?");
  const hidden = (await parent.history()).filter(({ visibility }) => visibility === "model");
  assert.deepEqual(
    hidden.map(({ id }) => id),
    [notice?.id],
    "an edit leaves it, and it is told once",
  );
});

test("G5 of a report that was read the next turn is not told", async () => {
  const parent = await withClaimedCalls(store, 2);
  const child = await spawned(parent);
  await endTurn(child, "gold");
  await (await agentsOf(parent, "c2")).wait(child.id, 0, NEVER);
  await endCalls(parent);
  await parent.send("what now?");
  assert.equal((await parent.history()).filter(({ visibility }) => visibility === "model").length, 0);
});
