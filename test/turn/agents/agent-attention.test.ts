// Tests: what subagents ask shows at their root, in reads, streams and the feed, through the API on a real database (SPEC G6).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { AttentionItem, Chat } from "../../../core/chat/message.ts";
import type { JsonObject } from "../../../core/part/part.ts";
import { readRunningTurn } from "../../../store/stream/read-turn.ts";
import { type Called, startTestApi, type TestApi } from "../../support/api.ts";
import { ChatReader } from "../../support/reader/chat-reader.ts";
import { FeedClient } from "../../support/reader/feed-client.ts";
import { soon } from "../../support/soon.ts";
import { spawned, withClaimedCalls } from "../../support/turn/agents.ts";
import { TestChat, text, toolCall } from "../../support/turn/chats.ts";

/** Longer than the tests: what is told here the bus has told. */
const feedPollMs = 3_600_000;
let api: TestApi;
before(async () => {
  api = await startTestApi({ liveBus: "postgres", feedPollMs });
});
after(() => api.stop());

interface Family {
  readonly key: string;
  readonly root: TestChat;
  readonly children: readonly TestChat[];
}

/** A chat of a new user with subagents that run. */
async function aFamily(count = 1): Promise<Family> {
  const { key, userId } = await api.newKey();
  const { body } = await api.call("POST /v1/chats", { key, body: { content: "hello" } });
  const root = new TestChat({ ...api.deps.store, announced: [], userId, modelId: "" }, body.id);
  await withClaimedCalls(root.store, count, root);
  const children: TestChat[] = [];
  for (let i = 1; i <= count; i++) children.push(await spawned(root, `c${i}`));
  return { key, root, children };
}

/** The chat's model calls tools of the client, or such as a person is asked about. */
async function asks(
  chat: TestChat,
  names: readonly string[],
  how: "client" | "approval" | { readonly args: JsonObject } = "client",
) {
  const offered = names.map((name) => ({
    name,
    parameters: { type: "object" },
    is_client: how === "client",
    is_exclusive: false,
    asks: how !== "client",
  }));
  const content = names.map((name) => ({
    ...toolCall(`${name}-1`, name),
    ...(typeof how === "object" && how),
  }));
  const { fence } = await chat.attempt();
  await chat.settle(
    { type: "answered", answer: { role: "assistant", content, finish_reason: "tool_calls" }, offered },
    fence,
  );
}

const readChat = async ({ key }: Family, { id }: TestChat): Promise<Chat> =>
  (await api.call(`GET /v1/chats/${id}`, { key })).body;

const post = ({ key }: Family, { id }: TestChat, [what, body]: readonly [string, object]): Promise<Called> =>
  api.call(`POST /v1/chats/${id}/${what}`, { key, body });

/** In short: whose calls are open, with their kind. */
function short(attention: readonly AttentionItem[]): string[] {
  return attention.flatMap(({ chat_id, tool_calls }) =>
    tool_calls.map(({ tool_name, kind }) => `${chat_id} ${tool_name} ${kind}`),
  );
}

async function attentionOf(family: Family): Promise<string[]> {
  const { attention } = await readChat(family, family.root);
  const { items } = (await api.call("GET /v1/chats", { key: family.key })).body as { items: Chat[] };
  assert.deepEqual(items[0]?.attention, attention, "lists say the same");
  return short(attention);
}

test("G6 a chat's attention names its own open questions, then those of its subagents, without their arguments", async () => {
  const family = await aFamily(2);
  const [one, two] = family.children as [TestChat, TestChat];
  assert.deepEqual(await attentionOf(family), []);
  await asks(two, ["pick"]);
  await asks(one, ["remove"], "approval");
  await family.root.settle({ type: "tools-done" });
  await asks(family.root, ["choose"]);
  assert.deepEqual(await attentionOf(family), [
    `${family.root.id} choose client`,
    `${one.id} remove approval`,
    `${two.id} pick client`,
  ]);
  const { attention, required_action } = await readChat(family, two);
  const [asked] = required_action?.tool_calls ?? [];
  assert.deepEqual(attention, [
    {
      chat_id: two.id,
      tool_calls: [
        { tool_call_id: "pick-1", tool_name: "pick", kind: "client", deadline_at: asked?.deadline_at },
      ],
    },
  ]);
  const answered = await post(family, two, [
    "tool-results",
    {
      results: [{ tool_call_id: "pick-1", output: 1 }],
    },
  ]);
  assert.equal(answered.status, 200);
  const denied = await post(family, one, [
    "approvals",
    {
      decisions: [{ tool_call_id: "remove-1", approved: false }],
    },
  ]);
  assert.equal(denied.status, 200);
  assert.deepEqual(await attentionOf(family), [`${family.root.id} choose client`]);
});

test("G6 of two questions the one that is answered leaves the root's attention while the other waits", async () => {
  const family = await aFamily();
  const [child] = family.children as [TestChat];
  await asks(child, ["remove", "rename"], "approval");
  const version = (await family.root.row()).snapshot_version;
  await post(family, child, ["approvals", { decisions: [{ tool_call_id: "remove-1", approved: false }] }]);
  assert.deepEqual(await attentionOf(family), [`${child.id} rename approval`]);
  assert.equal((await family.root.row()).snapshot_version, version + 1);
});

test("G6 the root's attention ends with the wait: interrupted, late, edited, crashed, deleted", async () => {
  const ways: Readonly<Record<string, (family: Family, child: TestChat) => Promise<unknown>>> = {
    "the agent is interrupted": (family, child) => post(family, child, ["interrupt", {}]),
    "its root is interrupted": (family) => post(family, family.root, ["interrupt", {}]),
    "it is sent a message that interrupts": (family, child) =>
      post(family, child, ["messages", { content: "stop", busy_behavior: "interrupt" }]),
    "its call is late": async (_, child) => {
      await child.store.pool.query("update tool_executions set deadline_at = now() where chat_id = $1", [
        child.id,
      ]);
      await child.settle({ type: "waited", ended: [] });
    },
    "its message is edited": async (_, child) => {
      const [first] = await child.history();
      await child.edit(first?.id ?? 0, "otherwise");
    },
    "its turn crashes": async (_, child) => {
      const error = { message: "broken", kind: "generic", provider: null, status_code: null } as const;
      await child.settle({ type: "crashed", error: { ...error, retryable: false, detail: null } });
    },
    "it is deleted": (family, child) => api.call(`DELETE /v1/chats/${child.id}`, { key: family.key }),
  };
  for (const [what, end] of Object.entries(ways)) {
    const family = await aFamily();
    const [child] = family.children as [TestChat];
    await asks(child, ["pick"]);
    assert.deepEqual(await attentionOf(family), [`${child.id} pick client`], what);
    const { snapshot_version } = await family.root.row();
    await end(family, child);
    assert.deepEqual(await attentionOf(family), [], what);
    assert.ok((await family.root.row()).snapshot_version > snapshot_version, what);
  }
});

test("G6 an agent that asks keeps its tree from being archived, and its root from nothing else", async () => {
  const family = await aFamily();
  const [child] = family.children as [TestChat];
  await asks(child, ["pick"]);
  await family.root.settle({ type: "tools-done" });
  await family.root.answer(text("done"));
  const archive = () =>
    api.call(`PATCH /v1/chats/${family.root.id}`, { key: family.key, body: { archived: true } });
  const refused = await archive();
  assert.deepEqual([refused.status, refused.body.code], [409, "chat_busy"]);
  assert.deepEqual(await attentionOf(family), [`${child.id} pick client`]);
  await post(family, child, ["interrupt", {}]);
  await child.answer(text("stopped"));
  assert.equal((await archive()).body.archived, true);
});

test("G6 T8 the stream of the root tells its attention as a chat event, and the feed calls it action_required", async () => {
  const family = await aFamily();
  const { root, key } = family;
  const [child] = family.children as [TestChat];
  const reader = new ChatReader(api.url, root.id, key);
  await reader.until("it has caught up", ({ caught_up }) => caught_up);
  const feed = await new FeedClient(key).connect(api.url);
  await feed.until(() => feed.types.includes("snapshot"));
  const asked = [`${child.id} pick client`];
  const seen = feed.events.length;
  await asks(child, ["pick"]);
  await reader.until("the question shows", ({ chat }) => short(chat?.attention ?? []).length === 1);
  assert.deepEqual(short(reader.view.chat?.attention ?? []), asked);
  assert.equal(reader.events.at(-1)?.type, "chat");
  assert.equal(reader.view.action, null, "it is not the root's own");
  const told = await feed.untilTold("action_required", root.id, seen);
  assert.deepEqual([told.chat?.status, short(told.chat?.attention ?? [])], ["running", asked]);
  assert.equal((await feed.untilTold("action_required", child.id, seen)).chat?.status, "requires_action");
  const answered = feed.events.length;
  await post(family, child, ["interrupt", {}]);
  await reader.until("the question is gone", ({ chat }) => chat?.attention.length === 0);
  assert.deepEqual((await feed.untilTold("status_change", root.id, answered)).chat?.attention, []);
  assert.deepEqual(reader.violations, []);
  reader.close();
  await feed.cut();
});

test("A10 G6 whoever reads a root by a share sees nothing of what its subagents ask", async () => {
  const family = await aFamily();
  const [child] = family.children as [TestChat];
  await asks(child, ["pick"]);
  const other = await api.newKey();
  const shared = await post(family, family.root, ["shares", { user_id: other.userId }]);
  assert.equal(shared.status, 201);
  const seen = await api.call(`GET /v1/chats/${family.root.id}`, { key: other.key });
  assert.deepEqual([seen.status, seen.body.attention], [200, []]);
  assert.equal((await api.call(`GET /v1/chats/${child.id}`, { key: other.key })).status, 404);
});

test("G6 S7 an agent that asks while somebody holds its root waits for the root, and neither is lost", async () => {
  const family = await aFamily();
  const { root } = family;
  const [child] = family.children as [TestChat];
  const holder = await api.pool.connect();
  await holder.query("begin");
  await holder.query("select from chats where id = $1 for update", [root.id]);
  const asking = asks(child, ["pick"]);
  await soon("the agent's change waits for the root", async () => {
    const { rows } = await api.pool.query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    return rows.length > 0;
  });
  // As an interrupt of the root does: whoever holds the root may lock its subagents. A change that kept them would be a deadlock.
  await holder.query("select from chats where parent_chat_id = $1 order by id for update", [root.id]);
  await holder.query("update chats set snapshot_version = snapshot_version + 1 where id = $1", [root.id]);
  await holder.query("commit");
  holder.release();
  await asking;
  assert.deepEqual(await attentionOf(family), [`${child.id} pick client`]);
  assert.equal((await child.row()).status, "requires_action");
});

test("G6 plain chats, and agents that ask nobody, raise no version of another chat", async () => {
  const family = await aFamily();
  const [child] = family.children as [TestChat];
  const { snapshot_version } = await family.root.row();
  await child.send("more");
  await child.answer(text("one"));
  await child.answer(text("two"));
  assert.equal((await child.row()).status, "waiting");
  assert.equal((await family.root.row()).snapshot_version, snapshot_version);
});

test("G6 arguments that Postgres cannot look into stop neither the list, the chat nor its stream", async () => {
  const family = await aFamily();
  const [child] = family.children as [TestChat];
  await asks(child, ["remove"], { args: { path: "a\u0000b\ud800", "\\u0000": 1 } });
  assert.deepEqual(await attentionOf(family), [`${child.id} remove approval`]);
  const { required_action } = await readChat(family, child);
  assert.deepEqual(required_action?.tool_calls[0]?.args, { path: "a\u0000b\ud800", "\\u0000": 1 });
  const reader = new ChatReader(api.url, family.root.id, family.key);
  await reader.until("the question shows", ({ chat }) => chat?.attention.length === 1);
  reader.close();
  assert.equal(await readRunningTurn(api.deps.store.pool, child.id), null);
});
