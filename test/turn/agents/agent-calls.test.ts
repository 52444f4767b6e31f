// Tests: what the tools of subagents do to chats, on a real database.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { agentsRunningMax } from "../../../core/chat/limits.ts";
import { CallOver } from "../../../store/turn/agents/once-for-call.ts";
import { ToolError } from "../../../tools/tool-error.ts";
import { createTestDatabase } from "../../support/database.ts";
import {
  agentsOf,
  claim,
  look,
  NEVER,
  resultOf,
  spawned,
  toldTo,
  withClaimedCalls,
} from "../../support/turn/agents.ts";
import { aChat, openStore, type TestChat, type TestStore, text } from "../../support/turn/chats.ts";

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

function saying(words: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof ToolError && words.test(error.message);
}

async function endTurn(chat: TestChat, report: string): Promise<void> {
  await chat.answer(text(report));
}

test("G1 a spawn_agent that runs again after its worker died has started one agent", async () => {
  const parent = await withClaimedCalls(store);
  const agents = await agentsOf(parent);
  const first = await agents.spawn({ type: "general", prompt: "dig" }, NEVER);
  await claim(parent, "c1");
  const second = await (await agentsOf(parent)).spawn({ type: "general", prompt: "dig" }, NEVER);
  assert.deepEqual(second, first);
  const { agents: listed } = (await agents.list(NEVER)) as { agents: { chat_id: string }[] };
  assert.deepEqual(
    listed.map(({ chat_id }) => chat_id),
    [first["chat_id"]],
  );
});

test("G2 a child has its parent's workspace, tools, prompt, model and effort, and a title of its own", async () => {
  const parent = await withClaimedCalls(store, 2);
  await store.pool.query(
    "update chats set project_path = '/srv/project', system_prompt = 'be brief', debug = true, reasoning_effort = 'high' where id = $1",
    [parent.id],
  );
  const above = await parent.row();
  const child = await (await spawned(parent)).row();
  const shared = ({
    owner_id,
    project_path,
    system_prompt,
    debug,
    reasoning_effort,
    model_config_id,
  }: typeof child) => ({
    owner_id,
    project_path,
    system_prompt,
    debug,
    reasoning_effort,
    model_config_id,
  });
  assert.deepEqual(shared(child), shared({ ...above }));
  assert.deepEqual(
    [
      child.parent_chat_id,
      child.root_chat_id,
      child.agent_type,
      child.spawned_turn_id,
      child.status,
      child.title,
    ],
    [parent.id, parent.id, "general", above.current_turn_id, "running", "dig"],
  );
  const titled = await (await spawned(parent, "c2", { title: "Dig deep" })).row();
  assert.deepEqual([titled.title, titled.title_by_user], ["Dig deep", true]);
});

test("C6 G2 a general agent of a chat in plan mode is in plan mode itself; one that explores has no plan to propose", async () => {
  const parent = await withClaimedCalls(store, 4);
  const modes = async (first: string, second: string) => {
    const children = [await spawned(parent, first), await spawned(parent, second, { type: "explore" })];
    return Promise.all(children.map(async (child) => (await child.row()).plan_mode));
  };
  await store.pool.query("update chats set plan_mode = true where id = $1", [parent.id]);
  assert.deepEqual(await modes("c1", "c2"), [true, false]);
  await store.pool.query("update chats set plan_mode = false where id = $1", [parent.id]);
  assert.deepEqual(await modes("c3", "c4"), [false, false]);
});

test("G1 a child that asks for a child is told that it cannot have one, and so are its other calls for agents", async () => {
  const parent = await withClaimedCalls(store);
  const child = await withClaimedCalls(store, 1, await spawned(parent));
  const agents = await agentsOf(child);
  await assert.rejects(
    agents.spawn({ type: "general", prompt: "dig" }, NEVER),
    saying(/An agent cannot start agents/),
  );
  await assert.rejects(agents.wait(parent.id, 0, NEVER), saying(/no agent with that chat_id/));
});

test("G4 other people's chats, chats that are no agents, unknown ids and texts are all no agents, in the same words", async () => {
  const parent = await withClaimedCalls(store);
  const other = await withClaimedCalls(store);
  const theirs = await spawned(other);
  const plain = await aChat(store);
  const agents = await agentsOf(parent);
  const words = new Set<string>();
  const unknown = "00000000-0000-7000-8000-000000000000";
  for (const id of [theirs.id, plain.id, parent.id, unknown, "'; drop table chats", ""]) {
    for (const attempt of [
      () => agents.wait(id, 0, NEVER),
      () => agents.message({ chat_id: id, message: "hello" }, NEVER),
      () => agents.interrupt(id, NEVER),
    ]) {
      await assert.rejects(attempt(), (error) => {
        words.add((error as Error).message);
        return error instanceof ToolError;
      });
    }
  }
  assert.deepEqual([...words], ["This chat has no agent with that chat_id."]);
  assert.equal((await theirs.row()).status, "running");
});

test("G4 at most ten agents of a chat run at the same time; one that rests makes room", async () => {
  const parent = await withClaimedCalls(store, agentsRunningMax + 1);
  const calls = Array.from({ length: agentsRunningMax }, (_, i) => `c${i + 1}`);
  const children = await Promise.all(calls.map((call) => spawned(parent, call)));
  const last = await agentsOf(parent, `c${agentsRunningMax + 1}`);
  await assert.rejects(last.spawn({ type: "general", prompt: "dig" }, NEVER), saying(/At most 10 agents/));
  await endTurn(children[0] as TestChat, "found");
  assert.equal((await last.spawn({ type: "general", prompt: "dig" }, NEVER))["status"], "running");
});

test("G1 a model config that is not there is a typed error, and no agent is started", async () => {
  const parent = await withClaimedCalls(store);
  const agents = await agentsOf(parent);
  const model_config_id = "00000000-0000-7000-8000-000000000000";
  await assert.rejects(agents.spawn({ type: "general", prompt: "dig", model_config_id }, NEVER), ToolError);
  assert.deepEqual(await agents.list(NEVER), { agents: [] });
});

test("B3 G1 a user over the limit starts no agent", async () => {
  const parent = await withClaimedCalls(store);
  await store.pool.query(
    "update users set usage_limit_micros = 0, usage_limit_period = 'day' where id = $1",
    [store.userId],
  );
  try {
    const agents = await agentsOf(parent);
    await assert.rejects(agents.spawn({ type: "general", prompt: "dig" }, NEVER), saying(/limit/));
    assert.deepEqual(await agents.list(NEVER), { agents: [] });
  } finally {
    await store.pool.query(
      "update users set usage_limit_micros = null, usage_limit_period = null where id = $1",
      [store.userId],
    );
  }
});

test("G3 an agent that rests is reported at once, and its parent is told nothing", async () => {
  const parent = await withClaimedCalls(store, 2);
  const child = await spawned(parent);
  await endTurn(child, "gold");
  assert.deepEqual(await toldTo(parent), ["messageQueued"], "nobody waits");
  const wait = await (await agentsOf(parent, "c2")).wait(child.id, 60_000, NEVER);
  const result = { chat_id: child.id, title: "dig", status: "finished", report: "gold" };
  assert.deepEqual(wait, { type: "over", result });
});

test("G3 an agent that ends while its parent waits tells the parent, whose next look ends the wait with the report", async () => {
  const parent = await withClaimedCalls(store, 2);
  const child = await spawned(parent);
  const wait = await (await agentsOf(parent, "c2")).wait(child.id, 60_000, NEVER);
  assert.equal(wait.type, "waits");
  assert.deepEqual(
    (await look(parent, "c2")).map(({ tool_call_id }) => tool_call_id),
    ["c2"],
  );
  await endTurn(child, "gold");
  assert.equal((await toldTo(parent)).at(-1), "childSettled");
  assert.deepEqual(await look(parent, "c2"), []);
  const result = { chat_id: child.id, title: "dig", status: "finished", report: "gold" };
  assert.deepEqual(await resultOf(parent, "c2"), result);
});

test("G3 the end of the time is a result, and so is a child's error", async () => {
  const parent = await withClaimedCalls(store, 3);
  const child = await spawned(parent);
  const agents = await agentsOf(parent, "c2");
  assert.equal((await agents.wait(child.id, 60_000, NEVER)).type, "waits");
  await store.pool.query("update tool_executions set awaits_until = now() where chat_id = $1", [parent.id]);
  assert.deepEqual(await look(parent, "c2"), []);
  const timedOut = await resultOf(parent, "c2");
  assert.deepEqual([timedOut?.["status"], timedOut?.["timed_out"]], ["running", true]);
  await child.fail();
  const wait = await (await agentsOf(parent, "c3")).wait(child.id, 60_000, NEVER);
  assert.ok(wait.type === "over");
  assert.deepEqual([wait.result["status"], wait.result["report"]], ["error", ""]);
  assert.match(JSON.stringify(wait.result["error"]), /overloaded/);
  const { rows } = await store.pool.query(
    "select is_error from tool_executions where tool_call_id = 'c2' and chat_id = $1",
    [parent.id],
  );
  assert.deepEqual(rows, [{ is_error: false }]);
});

test("G3 a wait that is begun anew keeps its deadline", async () => {
  const parent = await withClaimedCalls(store, 2);
  const child = await spawned(parent);
  await (await agentsOf(parent, "c2")).wait(child.id, 60_000, NEVER);
  await store.pool.query(
    "update tool_executions set awaits_until = now() where tool_call_id = 'c2' and chat_id = $1",
    [parent.id],
  );
  const again = await (await agentsOf(parent, "c2")).wait(child.id, 60_000, NEVER);
  assert.equal(again.type, "over");
});

test("Q7 G3 a message that steers ends the waits; one that is queued does not", async () => {
  const parent = await withClaimedCalls(store, 2);
  const child = await spawned(parent);
  await (await agentsOf(parent, "c2")).wait(child.id, 60_000, NEVER);
  await parent.send("later");
  assert.equal((await look(parent, "c2")).length, 1);
  await parent.send("stop that", "steer");
  assert.equal((await toldTo(parent)).at(-1), "messageQueued");
  assert.deepEqual(await look(parent, "c2"), []);
  assert.equal((await resultOf(parent, "c2"))?.["status"], "running");
  await parent.settle({ type: "tools-done" });
  assert.equal((await parent.shortHistory()).at(-1), "user:stop that");
  assert.equal((await child.row()).status, "running");
});

test("G1 message_agent: one at rest goes on, one at work queues it or is interrupted; a call that runs again sends once", async () => {
  const parent = await withClaimedCalls(store, 4);
  const child = await spawned(parent);
  const send = async (call: string, message: string, interrupt?: boolean) =>
    (await agentsOf(parent, call)).message({ chat_id: child.id, message, interrupt }, NEVER);
  assert.equal((await send("c2", "queued"))["queued"], true);
  assert.equal((await send("c2", "queued"))["queued"], true);
  assert.deepEqual([await child.queue(), (await child.row()).status], [["queued"], "running"]);
  await send("c3", "now", true);
  assert.deepEqual([await child.queue(), (await child.row()).status], [["queued", "now"], "interrupting"]);
  await child.settle({ type: "interrupted", answer: null });
  await endTurn(child, "one");
  await endTurn(child, "two");
  assert.equal((await child.row()).status, "waiting");
  assert.equal((await send("c4", "more"))["queued"], false);
  assert.deepEqual(
    [(await child.shortHistory()).at(-1), (await child.row()).status],
    ["user:more", "running"],
  );
});

test("G1 interrupt_agent stops an agent, which stays and can be read; one at rest stays as it is", async () => {
  const parent = await withClaimedCalls(store, 4);
  const child = await spawned(parent);
  const stopped = await (await agentsOf(parent, "c2")).interrupt(child.id, NEVER);
  assert.equal(stopped["status"], "interrupting");
  const half = { role: "assistant", content: text("half"), finish_reason: "interrupted" } as const;
  await child.settle({ type: "interrupted", answer: half });
  const wait = await (await agentsOf(parent, "c3")).wait(child.id, 60_000, NEVER);
  assert.ok(wait.type === "over");
  assert.deepEqual([wait.result["status"], wait.result["report"]], ["interrupted", "half"]);
  const rested = await (await agentsOf(parent, "c4")).interrupt(child.id, NEVER);
  assert.equal(rested["status"], "interrupted");
});

test("G1 the calls of a turn that was interrupted or cut start nothing and send nothing", async () => {
  const parent = await withClaimedCalls(store, 2);
  const child = await spawned(parent);
  await parent.interrupt();
  await assert.rejects(spawned(parent, "c2"), CallOver);
  const late = await agentsOf(parent, "c2");
  await assert.rejects(late.message({ chat_id: child.id, message: "go on" }, NEVER), ToolError);
  assert.deepEqual(await child.queue(), []);
});
