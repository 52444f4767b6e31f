// The feed of all chats of a user over real HTTP, at replicas that share a database and its bus.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chatMarkKeepMs } from "../../core/chat/limits.ts";
import { writeTurnSummary } from "../../store/description/describe-chat.ts";
import { purgeChatMarks } from "../../store/row/chat-marks.ts";
import { transition } from "../../store/turn/transition.ts";
import { inUnit } from "../../store/unit.ts";
import { startTestApi, type TestApi } from "../support/api.ts";
import { FeedClient } from "../support/reader/feed-client.ts";
import { TestChat, text } from "../support/turn/chats.ts";

/** Longer than the tests: what is told here the bus has told. */
const feedPollMs = 3_600_000;
let a: TestApi;
let b: TestApi;

before(async () => {
  a = await startTestApi({ liveBus: "postgres", feedPollMs });
  b = await startTestApi({ liveBus: "postgres", feedPollMs, databaseUrl: a.databaseUrl });
});

after(async () => {
  await b.stop();
  await a.stop();
});

interface User {
  readonly key: string;
  readonly userId: string;
}

async function newChat({ key }: User, content = "hello", at = a): Promise<string> {
  const { body, status } = await at.call("POST /v1/chats", { key, body: { content } });
  assert.equal(status, 201);
  return body.id as string;
}

/** The chat as a worker would change it. */
function worked({ userId }: User, chatId: string, at = a): TestChat {
  return new TestChat({ ...at.deps.store, announced: [], userId, modelId: "" }, chatId);
}

async function follow({ key }: User, at: TestApi): Promise<FeedClient> {
  const reader = await new FeedClient(key).connect(at.url);
  await reader.until(() => reader.types.includes("snapshot"));
  return reader;
}

/** What a list says, flat, by id. */
async function listed({ key }: User, at = a): Promise<Map<string, unknown>> {
  const pages = await Promise.all(
    ["false", "true"].map((archived) => at.call(`GET /v1/chats?limit=200&archived=${archived}`, { key })),
  );
  const roots = pages.flatMap(({ body }) => body.items);
  const all = roots.flatMap(({ children, ...root }) => [root, ...children]);
  return new Map(all.map((chat) => [chat.id as string, chat]));
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].toSorted(([one], [other]) => (one < other ? -1 : 1));
}

test("T8 a snapshot shows the newest chats, then each change of any of them is told at every replica, by its name", async () => {
  const user = await a.newKey();
  const old = await newChat(user, "there before");
  const reader = await follow(user, b);
  assert.deepEqual([...reader.chats.keys()], [old]);
  const id = await newChat(user);
  const created = await reader.untilTold("created", id);
  assert.equal(created.chat?.status, "running");
  const chat = worked(user, id);
  const path = `/v1/chats/${id}`;

  const told = async (kind: string, change: () => Promise<unknown>) => {
    const seen = reader.events.length;
    await change();
    return (await reader.untilTold(kind, id, seen)).chat;
  };
  const queued = await told("queue_change", () => chat.send("more"));
  assert.equal(queued?.queue_length, 1);
  // The end of a turn and the beginning of the next are one commit.
  await told("status_change", () => chat.answer(text("hi")));
  await told("status_change", () => chat.answer(text("hi again")));
  await reader.until(() => reader.chats.get(id)?.status === "waiting");
  assert.equal(reader.chats.get(id)?.has_unread, true);
  const patch = (body: object) => a.call(`PATCH ${path}`, { key: user.key, body });
  assert.equal((await told("title_change", () => patch({ title: "Named" })))?.title, "Named");
  assert.deepEqual((await told("status_change", () => patch({ labels: { a: "b" } })))?.labels, { a: "b" });
  const turn_id = (await chat.row()).current_turn_id as number;
  const summed = await told("summary_change", () =>
    inUnit(a.deps.store, (unit) => writeTurnSummary(unit, { chat_id: id, turn_id, summary: "All done." })),
  );
  assert.equal(summed?.last_turn_summary, "All done.");
  assert.equal((await told("archived", () => patch({ archived: true })))?.archived, true);
  assert.equal((await told("archived", () => patch({ archived: false })))?.archived, false);
  await chat.send("again");
  const required_action = {
    tool_calls: [{ tool_call_id: "c", tool_name: "t", args: {}, kind: "client" as const }],
    deadline_at: null,
  };
  const asked = await told("action_required", () =>
    inUnit(a.deps.store, (unit) =>
      transition(unit, { name: "enter_requires_action", chat_id: id }, async (draft) => {
        Object.assign(draft.change, { status: "requires_action", required_action });
      }),
    ),
  );
  assert.deepEqual([asked?.status, asked?.required_action], ["requires_action", required_action]);
  const seen = reader.events.length;
  await a.call(`DELETE ${path}`, { key: user.key });
  await reader.untilTold("deleted", id, seen);
  assert.deepEqual(sorted(reader.chats), sorted(await listed(user)));
  await reader.cut();
});

test("T9 a visit to a chat moves its read state, at both ends, and the feed tells", async () => {
  const user = await a.newKey();
  const id = await newChat(user);
  const chat = worked(user, id);
  await chat.answer(text("hi"));
  const reader = await follow(user, b);
  assert.equal(reader.chats.get(id)?.has_unread, true);
  const visit = async (query = "") => {
    const controller = new AbortController();
    const headers = { Authorization: `Bearer ${user.key}` };
    const url = `${a.url}/v1/chats/${id}/stream${query}`;
    const response = await fetch(url, { headers, signal: controller.signal });
    // The first bytes: the visit has begun.
    await response.body?.getReader().read();
    return () => controller.abort();
  };
  const leaveUncounted = await visit("?read=false");
  leaveUncounted();
  assert.deepEqual(reader.types, ["snapshot"]);
  const leave = await visit();
  assert.equal((await reader.untilTold("read_change", id)).chat?.has_unread, false);
  await chat.send("more");
  await chat.answer(text("yes"));
  await reader.until(() => reader.chats.get(id)?.has_unread === true);
  const seen = reader.events.length;
  leave();
  assert.equal((await reader.untilTold("read_change", id, seen)).chat?.has_unread, false);
  assert.deepEqual(sorted(reader.chats), sorted(await listed(user)));
  await reader.cut();
});

test("T9 a replica that stops counts the visits it ends, so that nothing stays unread", async () => {
  const user = await a.newKey();
  const id = await newChat(user);
  const stopping = await startTestApi({ liveBus: "postgres", databaseUrl: a.databaseUrl });
  const headers = { Authorization: `Bearer ${user.key}` };
  const visit = await fetch(`${stopping.url}/v1/chats/${id}/stream`, { headers });
  const reader = visit.body?.getReader();
  await reader?.read();
  await worked(user, id).answer(text("hi"));
  await stopping.stop();
  const { body } = await a.call(`GET /v1/chats/${id}`, { key: user.key });
  assert.equal(body.has_unread, false);
});

test("T8 a reader that was away is told what changed and what was deleted meanwhile, at any replica, and no snapshot", async () => {
  const user = await a.newKey();
  const [kept, gone, changed] = [await newChat(user), await newChat(user), await newChat(user)];
  const reader = await follow(user, a);
  await reader.cut();
  await a.call(`DELETE /v1/chats/${gone}`, { key: user.key });
  await a.call(`PATCH /v1/chats/${changed}`, { key: user.key, body: { title: "Other" } });
  const added = await newChat(user);
  const seen = reader.events.length;
  await reader.connect(b.url);
  await reader.until(() => !reader.chats.has(gone) && reader.chats.has(added));
  await reader.until(() => reader.chats.get(changed)?.title === "Other");
  assert.ok(!reader.types.slice(seen).includes("snapshot"));
  assert.deepEqual([...reader.chats.keys()].toSorted(), [kept, changed, added].toSorted());
  assert.deepEqual(sorted(reader.chats), sorted(await listed(user)));
  await reader.cut();
});

test("T5 a cursor that is not ours, of somebody else or too old is answered by a snapshot", async () => {
  const user = await a.newKey();
  const other = await a.newKey();
  const id = await newChat(user);
  const reader = await follow(user, a);
  const cursor = reader.cursor as string;
  assert.ok(cursor.length <= 256);
  const stranger = await follow(other, a);
  const [, mark, at] = Buffer.from(cursor, "base64url").toString().split(":") as [string, string, string];
  const coded = (ms: number) => Buffer.from(`f1:${mark}:${ms}`).toString("base64url");
  const cursors = [
    "not ours",
    "x".repeat(3_000),
    stranger.cursor as string,
    coded(Number(at) - 24 * 3_600_000),
    coded(Number(at) + 3_600_000),
  ];
  for (const foreign of cursors) {
    const again = await new FeedClient(user.key).connect(a.url, foreign);
    await again.until(() => again.types.includes("snapshot"));
    assert.deepEqual([...again.chats.keys()], [id]);
    await again.cut();
  }
  await Promise.all([reader.cut(), stranger.cut()]);
});

test("A2 nobody is told of the chats of others, and without a key there is no feed", async () => {
  const [one, other] = [await a.newKey(), await a.newKey()];
  const theirs = await newChat(other);
  const reader = await follow(one, a);
  const witness = await follow(other, a);
  await newChat(other);
  await a.call(`PATCH /v1/chats/${theirs}`, { key: other.key, body: { title: "Secret" } });
  await witness.until(() => witness.chats.get(theirs)?.title === "Secret");
  await a.call(`DELETE /v1/chats/${theirs}`, { key: other.key });
  await witness.untilTold("deleted", theirs);
  const mine = await newChat(one);
  await reader.untilTold("created", mine);
  assert.deepEqual([...new Set(reader.events.flatMap((event) => event.chat_id ?? []))], [mine]);
  assert.equal((await a.call("GET /v1/chats/watch", { key: null })).status, 401);
  await Promise.all([reader.cut(), witness.cut()]);
});

test("the path of the feed is no chat, and other methods are refused", async () => {
  const head = await a.call("HEAD /v1/chats/watch");
  assert.match(head.headers.get("content-type") ?? "", /^text\/event-stream/);
  const posted = await a.call("POST /v1/chats/watch", { body: {} });
  assert.deepEqual([posted.status, posted.body.code], [405, "method_not_allowed"]);
  assert.equal((await a.call("GET /v1/chats/watch?before=x")).status, 400);
});

test("T8 the list is the newest 200 chats, descendants among them, and older ones appear when they change", async () => {
  const user = await a.newKey();
  const root = await newChat(user, "root");
  await a.pool.query(
    `insert into chats (id, owner_id, parent_chat_id, root_chat_id, title, status, updated_at, created_at)
     select gen_random_uuid(), $1, $2, $2, 'below', 'waiting', now() - interval '1 day', now() - interval '2 days'`,
    [user.userId, root],
  );
  await a.pool.query(
    `with made as (select gen_random_uuid() as id, n from generate_series(1, 250) n)
     insert into chats (id, owner_id, root_chat_id, title, status, updated_at, created_at)
     select id, $1, id, n::text, 'waiting', now() - make_interval(days => n), now() - interval '1 year' from made`,
    [user.userId],
  );
  const reader = await follow(user, a);
  const titles = [...reader.chats.values()].map((chat) => chat.title);
  assert.equal(titles.length, 200);
  assert.deepEqual([titles.at(0), titles.at(-1)], ["root", "198"]);
  assert.ok(titles.includes("below"));
  const { rows } = await a.pool.query("select id from chats where owner_id = $1 and title = '240'", [
    user.userId,
  ]);
  const { id } = rows[0] as { id: string };
  await a.call(`PATCH /v1/chats/${id}`, { key: user.key, body: { title: "found" } });
  await reader.untilTold("status_change", id);
  assert.equal(reader.chats.get(id)?.title, "found");
  await reader.cut();
});

test("marks of read and deleted chats are kept for a day", async () => {
  const user = await a.newKey();
  for (const hours of [1, 23, 25]) {
    await a.pool.query(
      "insert into chat_marks (chat_id, owner_id, kind, at) values (gen_random_uuid(), $1, 'deleted', now() - make_interval(hours => $2))",
      [user.userId, hours],
    );
  }
  assert.equal(chatMarkKeepMs, 24 * 3_600_000);
  assert.equal(await purgeChatMarks(a.pool), 1);
});
