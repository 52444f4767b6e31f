// Tests: how calls of a turn are claimed, and how a wait for them ends, on a real database.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { beginAttempt } from "../../../store/turn/begin-attempt.ts";
import { beginToolCall } from "../../../store/turn/calls/begin-tool-call.ts";
import { decideApprovals } from "../../../store/turn/calls/decide-approvals.ts";
import { claimToolCall, findBegunCalls, finishToolCall } from "../../../store/turn/calls/tool-executions.ts";
import { inUnit } from "../../../store/unit.ts";
import { createTestDatabase } from "../../support/database.ts";
import { aChat, openStore, type TestStore, toolCall } from "../../support/turn/chats.ts";

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

test("D4 I2 a call that somebody is still asked about is claimed by nobody, and asking is no claim", async () => {
  const chat = await aChat(store);
  await chat.answer([toolCall("c1"), toolCall("c2")], { finish_reason: "tool_calls" });
  const turn_id = (await chat.row()).current_turn_id ?? 0;
  const ref = { chat_id: chat.id, turn_id };
  await store.pool.query(
    "insert into tool_executions (chat_id, tool_call_id, tool_name, attempts, kind) values ($1, 'c1', 'grep', 0, 'approval')",
    [chat.id],
  );
  const begin = async () =>
    (await inUnit(store, (unit) => beginToolCall(unit, { ...ref, tool_call_id: "c1" }, 1))).result.type;
  assert.equal(await begin(), "stale");
  await store.pool.query("update tool_executions set decision = 'approved' where chat_id = $1", [chat.id]);
  await chat.interrupt();
  const begun = () => findBegunCalls(store.pool, { ...ref, tool_call_ids: ["c1", "c2"] });
  assert.deepEqual(await begun(), []);
  await store.pool.query("update chats set status = 'running' where id = $1", [chat.id]);
  assert.equal(await begin(), "claimed");
  await chat.interrupt();
  assert.deepEqual(await begun(), ["c1"]);
});

test("D5 X5 a run that was lost between the last result of a wait and its commit leaves no chat that waits for nothing", async () => {
  const chat = await aChat(store);
  const { fence } = await chat.attempt();
  const grep = {
    name: "grep",
    parameters: {},
    is_client: false,
    is_exclusive: false,
    asks: true,
    reads: true,
  };
  const answer = { role: "assistant", content: [toolCall("c1")], finish_reason: "tool_calls" } as const;
  await chat.settle({ type: "answered", answer, offered: [grep] }, fence);
  assert.equal((await chat.row()).status, "requires_action");
  const decisions = [{ tool_call_id: "c1", approved: true }];
  const by = { chat_id: chat.id, owner_id: store.userId, decided_by: store.userId, key_id: null };
  await inUnit(store, (unit) => decideApprovals(unit, { ...by, decisions }));
  const call = { chat_id: chat.id, tool_call_id: "c1", tool_name: "grep", scheduled_ms: 1 };
  await inUnit(store, (unit) => claimToolCall(unit.tx, call));
  await finishToolCall(store.pool, { ...call, result: { found: 1 }, is_error: false, truncated: false });
  // Another run begins, as when the first one was terminated.
  const key = { ...(await chat.key()), run_id: "another" };
  const { result } = await inUnit(store, (unit) => beginAttempt(unit, key, 2));
  assert.deepEqual(result.type === "next" && result.step, { type: "call-model" });
  assert.deepEqual([(await chat.row()).status, (await chat.row()).required_action], ["running", null]);
  assert.deepEqual((await chat.shortHistory()).at(-1), "tool:result(c1)");
});
