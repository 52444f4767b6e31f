// Tests: the transitions of a chat on a real database, by the marks of the specification.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { deleteChat } from "../../store/chat/delete-chat.ts";
import { beginAttempt } from "../../store/turn/begin-attempt.ts";
import { beginCompaction } from "../../store/turn/begin-compaction.ts";
import { beginToolCall } from "../../store/turn/calls/begin-tool-call.ts";
import {
  claimToolCall,
  findBegunCalls,
  finishToolCall,
  releaseToolCall,
} from "../../store/turn/calls/tool-executions.ts";
import { readContextUsage } from "../../store/turn/context-usage.ts";
import { settle } from "../../store/turn/settle.ts";
import { inUnit } from "../../store/unit.ts";
import { createTestDatabase } from "../support/database.ts";
import {
  aChat,
  anIdleChat,
  failedCall,
  openStore,
  overloaded,
  refuses,
  type TestChat,
  type TestStore,
  text,
  toolCall,
} from "../support/turn/chats.ts";

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

test("E1 an edit deletes the message and all after it, clears the queue and starts a new turn", async () => {
  const chat = await anIdleChat(store);
  await chat.send("second");
  await chat.send("queued");
  const history = await chat.history();
  const { result, outbox } = await chat.edit(history[0]?.id ?? 0, "better");
  assert.deepEqual(
    result.deleted_message_ids,
    history.map((message) => message.id),
  );
  assert.deepEqual([await chat.shortHistory(), await chat.queue()], [["user:better"], []]);
  const row = await chat.row();
  assert.deepEqual([row.status, row.current_turn_id, row.queue_length], ["running", result.message.id, 0]);
  assert.deepEqual(
    outbox.map((entry) => [entry.kind, entry.signal]),
    [["start", "messageEdited"]],
  );
});

test("E2 an edit of nothing, of an answer, or with an unknown model changes nothing", async () => {
  const chat = await anIdleChat(store);
  const before_ = await chat.row();
  const [user, answer] = await chat.history();
  await assert.rejects(chat.edit(1_000_000, "x"), refuses("message_not_found"));
  await assert.rejects(chat.edit(answer?.id ?? 0, "x"), refuses("not_a_user_message"));
  await assert.rejects(chat.edit(user?.id ?? 0, "x", crypto.randomUUID()), refuses("model_config_not_found"));
  assert.deepEqual(await chat.row(), before_);
});

test("E3 a worker that finishes the old run after the cut changes nothing", async () => {
  const chat = await aChat(store);
  const { fence } = await chat.attempt();
  const key = await chat.key();
  await chat.edit((await chat.history())[0]?.id ?? 0, "new");
  const late = { type: "answered", answer: { role: "assistant", content: text("late") } } as const;
  const { result } = await inUnit(store, (unit) => settle(unit, { key, fence }, late));
  assert.equal(result.type, "moved");
  assert.equal((await chat.settle(late, fence)).type, "superseded");
  assert.deepEqual(await chat.shortHistory(), ["user:new"]);
});

test("I1 an interrupt keeps text and calls, and each open call gets a cancelled result", async () => {
  const chat = await aChat(store);
  const { fence } = await chat.attempt();
  await chat.interrupt();
  const answer = {
    role: "assistant" as const,
    content: [...text("so far"), toolCall("c1")],
    interrupted: true,
  };
  const result = await chat.settle({ type: "interrupted", answer }, fence);
  assert.deepEqual([result.type, (await chat.row()).status], ["ended", "waiting"]);
  assert.deepEqual(await chat.shortHistory(), [
    "user:hello",
    "assistant:so far+call(c1)",
    "tool:result(c1)!",
  ]);
});

test("I4 interrupting an idle chat changes nothing, and a stale interrupt spares a later turn", async () => {
  const chat = await anIdleChat(store);
  const idle = await chat.row();
  await chat.interrupt();
  assert.deepEqual(await chat.row(), idle);
  const old = idle.current_turn_id ?? 0;
  await chat.send("next");
  await chat.interrupt(old);
  assert.equal((await chat.row()).status, "running");
});

test("I4 an interrupt that races the end of its turn stops that turn or nothing: the promoted one always goes on", async () => {
  const ends = new Set<string>();
  for (let round = 0; round < 20; round++) {
    const chat = await aChat(store);
    const turn = (await chat.row()).current_turn_id ?? 0;
    await chat.send("next");
    const { fence } = await chat.attempt();
    const stop = () => chat.interrupt(turn);
    const commit = () => chat.commit(fence, text("done"));
    await Promise.all(round % 2 === 0 ? [stop(), commit()] : [commit(), stop()]);
    const { status, current_turn_id } = await chat.row();
    // Interrupted first: the commit ends the turn as interrupted, and promotes as well.
    assert.deepEqual([status, current_turn_id === turn], ["running", false]);
    const [, answer] = await chat.history();
    ends.add(answer?.interrupted === true ? "interrupted" : "whole");
    await chat.interrupt(turn);
    assert.equal((await chat.row()).status, "running");
  }
  assert.ok(ends.has("whole"));
});

test("L1 results of a batch are one message, in call order; L13 one result for each call", async () => {
  const chat = await aChat(store);
  const outcome = await chat.answer([toolCall("c1"), toolCall("c2"), toolCall("c3")], {
    finish_reason: "tool_calls",
  });
  assert.equal(outcome.type === "next" && outcome.step.type, "run-tools");
  for (const tool_call_id of ["c3", "c1"]) {
    const call = { chat_id: chat.id, tool_call_id, tool_name: "grep", scheduled_ms: 0 };
    await inUnit(store, (unit) => claimToolCall(unit.tx, call));
    const first = { ...call, result: { found: tool_call_id }, is_error: false, truncated: false };
    await finishToolCall(store.pool, first);
    await finishToolCall(store.pool, { ...first, result: { found: "a zombie" } });
  }
  const key = await chat.key();
  const attempt = { key, fence: { scheduled_ms: 0 } };
  const commit = () => inUnit(store, (unit) => settle(unit, attempt, { type: "tools-done" }));
  const { result } = await commit();
  assert.deepEqual(await commit().then((again) => again.result), result);
  assert.deepEqual(result.type === "next" && result.step, { type: "call-model" });
  assert.deepEqual((await chat.shortHistory()).at(-1), "tool:result(c1)+result(c2)!+result(c3)");
  const last = (await chat.history()).at(-1)?.content[0];
  assert.deepEqual(last?.type === "tool-result" && last.result, { found: "c1" });
});

test("I2 a stopped turn waits for the calls that were claimed; where the claims are gone, for all of them", async () => {
  const chat = await aChat(store);
  await chat.answer([toolCall("c1"), toolCall("c2")], { finish_reason: "tool_calls" });
  const turn_id = (await chat.row()).current_turn_id ?? 0;
  const ref = { chat_id: chat.id, turn_id };
  const begun = () => findBegunCalls(store.pool, { ...ref, tool_call_ids: ["c1", "c2"] });
  await inUnit(store, (unit) => beginToolCall(unit, { ...ref, tool_call_id: "c1" }, 1));
  assert.deepEqual(await begun(), ["c1", "c2"], "not stopped yet");
  await chat.interrupt();
  assert.deepEqual(await begun(), ["c1"]);
  await chat.edit(turn_id, "another");
  assert.deepEqual(await begun(), ["c1", "c2"]);
});

test("L1 the step limit ends the turn with a visible note", async () => {
  const chat = await aChat(store);
  await store.pool.query("update chats set turn_steps = 1200 where id = $1", [chat.id]);
  const key = await chat.key();
  const { result } = await inUnit(store, (unit) => beginAttempt(unit, key));
  assert.equal(result.type, "ended");
  const note = (await chat.history()).at(-1);
  assert.deepEqual(
    [note?.finish_reason, note?.visibility, (await chat.row()).status],
    ["max_steps", "user", "waiting"],
  );
});

test("E3 a local activity that wakes in a later step changes nothing, whatever it was to settle", async () => {
  const chat = await aChat(store);
  await chat.answer([toolCall("c1")], { finish_reason: "tool_calls" });
  await chat.settle({ type: "tools-done" }, { scheduled_ms: 10 });
  const key = await chat.key();
  const { result: begun } = await inUnit(store, (unit) => beginAttempt(unit, key, 20));
  const answer = { role: "assistant" as const, content: [toolCall("c2")] };
  const fence = begun.type === "attempt" ? begun.fence : { scheduled_ms: 0 };
  await inUnit(store, (unit) => settle(unit, { key, fence }, { type: "answered", answer }));
  const running = await chat.row();
  const late = [{ type: "tools-done" }, { type: "interrupted", answer: null }] as const;
  for (const event of late) {
    assert.equal((await chat.settle(event, { scheduled_ms: 10 })).type, "superseded");
  }
  assert.deepEqual(await chat.row(), running);
  await chat.interrupt();
  assert.equal((await chat.settle({ type: "tools-done" }, { scheduled_ms: 10 })).type, "superseded");
  assert.equal((await chat.row()).status, "interrupting");
  await chat.settle({ type: "tools-done" }, { scheduled_ms: 30 });
  assert.deepEqual((await chat.shortHistory()).slice(-2), ["assistant:call(c2)", "tool:result(c2)!"]);
});

test("X5 a crash ends the turn also where the clock of its run is behind: the run closes, so nobody else would", async () => {
  const chat = await aChat(store);
  const key = await chat.key();
  await inUnit(store, (unit) => beginAttempt(unit, key, 20));
  const error = { ...overloaded, retryable: false };
  assert.equal((await chat.settle({ type: "crashed", error }, { scheduled_ms: 10 })).type, "ended");
  assert.equal((await chat.row()).status, "error");
});

test("K1 a limit that the model of a compaction names is not taken for the chat model's", async () => {
  const chat = await anIdleChat(store);
  await chat.send("more");
  const { fence, model } = await chat.attempt();
  const answer = {
    role: "assistant" as const,
    content: [],
    usage_kind: "compaction" as const,
    model_config_id: model.id,
    model: model.model,
  };
  const error = { ...overloaded, kind: "context_overflow" as const, retryable: false };
  await chat.settle({ type: "failed", failure: { error, answer, context_limit: 100 } }, fence);
  assert.equal((await chat.row()).learnt_context_limit, null);
});

test("K1 a context limit that a provider names in its refusal outlives the compaction that follows", async () => {
  const chat = await anIdleChat(store);
  await chat.send("more");
  const { fence, model } = await chat.attempt();
  const answer = { role: "assistant" as const, content: [], model_config_id: model.id, model: model.model };
  const error = { ...overloaded, kind: "context_overflow" as const, retryable: false };
  const refused = await chat.settle(
    { type: "failed", failure: { error, answer, context_limit: 1_000 } },
    fence,
  );
  assert.deepEqual(refused.type === "next" && refused.step, { type: "compact", source: "overflow" });
  const key = await chat.key();
  const wish = { scheduledMs: 0, model: null };
  const { result: begun } = await inUnit(store, (unit) => beginCompaction(unit, key, wish));
  if (begun.type !== "attempt") throw new Error(`no attempt but ${begun.type}`);
  const summary = { role: "user" as const, visibility: "model" as const, content: text("the gist") };
  const shown = [
    { role: "assistant" as const, visibility: "user" as const, content: text("summarised") },
    { role: "tool" as const, visibility: "user" as const, content: [] },
  ] as const;
  const compaction = { summary, keeps: [], shown, endsTurn: false };
  await inUnit(store, (unit) => settle(unit, { key, fence: begun.fence }, { type: "compacted", compaction }));
  const row = await chat.row();
  assert.equal(row.compaction, null);
  const usage = await inUnit(store, (unit) => readContextUsage(unit, row));
  assert.equal(usage.result.context_limit_tokens, 1_000);
});

test("X1 the twenty-fifth failed call is terminal, and lost workers are counted apart", async () => {
  const chat = await aChat(store);
  await chat.attempt();
  for (let failures = 1; failures <= 25; failures++) {
    const { fence } = await chat.attempt();
    const failure = failedCall(overloaded, { retry_base_ms: 1, retry_wait_max_ms: 3_600_000 });
    const result = await chat.settle({ type: "failed", failure }, fence);
    assert.equal(result.type, failures < 25 ? "retry" : "ended");
  }
  const row = await chat.row();
  assert.deepEqual([row.status, row.last_error?.kind], ["error", "overloaded"]);
  const lost = await aChat(store);
  for (let i = 0; i < 10; i++) await lost.attempt();
  const key = await lost.key();
  const { result } = await inUnit(store, (unit) => beginAttempt(unit, key));
  assert.deepEqual([result.type, result.type === "refused" && result.error.kind], ["refused", "generic"]);
});

test("X1 the waits of a step have a limit: one that does not fit ends the turn instead, and an answer begins anew", async () => {
  const fail = async (chat: TestChat, more: { retry_after_ms: number | null }) => {
    const { fence } = await chat.attempt();
    const result = await chat.settle({ type: "failed", failure: failedCall(overloaded, more) }, fence);
    return result.type === "retry" ? result.delay_ms : result.type;
  };
  const down = await aChat(store);
  const waits: (string | number)[] = [];
  while (waits.at(-1) !== "ended") waits.push(await fail(down, { retry_after_ms: null }));
  const seconds = [1, 2, 4, 8, 16, 32, 60, 60, 60];
  assert.deepEqual(waits, [...seconds.map((s) => s * 1_000), "ended"]);
  const row = await down.row();
  assert.deepEqual([row.status, row.last_error?.retryable, row.retry], ["error", true, null]);
  const asked = await aChat(store);
  assert.equal(await fail(asked, { retry_after_ms: 200_000 }), 200_000);
  assert.equal(await fail(asked, { retry_after_ms: 100_001 }), "ended");
  // What a step has waited does not count against the next one: a long turn under a rate limit goes on.
  const working = await aChat(store);
  assert.equal(await fail(working, { retry_after_ms: 200_000 }), 200_000);
  assert.equal((await working.row()).retry_waited_ms, 200_000);
  await working.answer([toolCall("c1")]);
  const next = await working.row();
  assert.deepEqual([next.status, next.retry_waited_ms], ["running", 0]);
});

test("L9 X7 an empty answer is tried three times; the text of the terminal attempt is kept", async () => {
  const chat = await aChat(store);
  const empty = { ...overloaded, kind: "no_output" as const, status_code: null };
  const answer = {
    role: "assistant" as const,
    content: [...text("left"), toolCall("c9")],
    interrupted: true,
  };
  const types: string[] = [];
  for (let i = 0; i < 3; i++) {
    const { fence } = await chat.attempt();
    const failure = { ...failedCall(empty, { retry_base_ms: 1 }), answer };
    types.push((await chat.settle({ type: "failed", failure }, fence)).type);
  }
  assert.deepEqual(types, ["retry", "retry", "ended"]);
  assert.deepEqual(await chat.shortHistory(), ["user:hello", "assistant:left+call(c9)", "tool:result(c9)!"]);
});

test("A commit that is asked for twice answers twice and happens once", async () => {
  const chat = await aChat(store);
  const { fence } = await chat.attempt();
  const key = await chat.key();
  const answer = { role: "assistant" as const, content: text("once"), finish_reason: "stop" as const };
  const commit = () => inUnit(store, (unit) => settle(unit, { key, fence }, { type: "answered", answer }));
  const [first, second] = await Promise.all([commit(), commit()]);
  assert.deepEqual(first.result, second.result);
  assert.deepEqual(await chat.shortHistory(), ["user:hello", "assistant:once"]);
});

test("A deleted chat takes all of its rows along and has its run cancelled", async () => {
  const chat = await aChat(store);
  await chat.send("queued");
  const { outbox } = await inUnit(store, (unit) =>
    deleteChat(unit, { chat_id: chat.id, owner_id: store.userId }),
  );
  assert.deepEqual(
    outbox.map((row) => row.kind),
    ["cancel"],
  );
  const { rows } = await store.pool.query("select 1 from messages where chat_id = $1", [chat.id]);
  assert.equal(rows.length, 0);
  await assert.rejects(chat.send("gone"), refuses("chat_not_found"));
});

test("L8 a NUL character and lone surrogates survive in content", async () => {
  const chat = await aChat(store, "a\u0000b\ud800");
  assert.deepEqual((await chat.history())[0]?.content, text("a\u0000b\ud800"));
});

test("X8 X9 a worker that was given up and lives takes back what the next claim has counted", async () => {
  const chat = await aChat(store);
  await chat.answer([toolCall("c1", "execute")], { finish_reason: "tool_calls" });
  const claim = (scheduled_ms: number) => {
    const call = { chat_id: chat.id, tool_call_id: "c1", tool_name: "execute", scheduled_ms };
    return inUnit(store, async (unit) => claimToolCall(unit.tx, call)).then(({ result }) => result);
  };
  const release = (scheduled_ms: number) =>
    releaseToolCall(store.pool, { chat_id: chat.id, tool_call_id: "c1", scheduled_ms });
  await claim(1);
  assert.equal((await claim(2))?.lost_workers, 1, "the first was silent");
  await release(1);
  assert.equal(
    (await claim(3))?.lost_workers,
    1,
    "the second was silent, too, and only the first has said that it lives",
  );
  await release(3);
  assert.equal((await claim(4))?.lost_workers, 1, "the third has handed it on");
});

test("L5 a tool that stops the turn does so only when it succeeds", async () => {
  for (const [is_error, after_] of [
    [false, "waiting"],
    [true, "running"],
  ] as const) {
    const chat = await aChat({ ...store, stopsTurn: (name) => name === "propose" });
    await chat.answer([toolCall("c1", "propose")], { finish_reason: "tool_calls" });
    const call = { chat_id: chat.id, tool_call_id: "c1", tool_name: "propose", scheduled_ms: 0 };
    await inUnit(store, (unit) => claimToolCall(unit.tx, call));
    await finishToolCall(store.pool, { ...call, result: {}, is_error, truncated: false });
    await chat.settle({ type: "tools-done" });
    assert.equal((await chat.row()).status, after_);
  }
});
