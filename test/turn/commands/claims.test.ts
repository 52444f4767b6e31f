// Tests: which calls of a turn a worker may claim, on a real database.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { beginToolCall } from "../../../store/turn/calls/begin-tool-call.ts";
import { findBegunCalls } from "../../../store/turn/calls/tool-executions.ts";
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
