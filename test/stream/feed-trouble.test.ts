// The feed where things go wrong: a bus that carries nothing, readers that do not read, too much at once, a database away.
import "../support/fixed-seed.ts";
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import type { EventSink } from "../../api/streams/sse-writer.ts";
import type { Frames } from "../../api/streams/stream-log.ts";
import { StreamReader } from "../../api/streams/stream-reader.ts";
import type { Chat } from "../../core/chat/message.ts";
import type { Queryable } from "../../store/database.ts";
import { markChatRead } from "../../store/row/unread.ts";
import { startTestApi, type TestApi } from "../support/api.ts";
import { FeedClient } from "../support/reader/feed-client.ts";
import { aVisit } from "../support/reader/held-sink.ts";
import { TestChat, text } from "../support/turn/chats.ts";

const feedPollMs = 20;
/** Statements that the feeds of `silent` asked for, by how they begin, with their values. */
const asked: { readonly text: string; readonly values: readonly unknown[] }[] = [];
let away = false;
/** One replica that hears the bus, and one without: what it learns it learns by looking. */
let heard: TestApi;
let silent: TestApi;

before(async () => {
  heard = await startTestApi({ liveBus: "postgres", feedPollMs });
  silent = await startTestApi({
    databaseUrl: heard.databaseUrl,
    feedPollMs,
    feedDb: (pool) =>
      ({
        query: (query: { text: string; values: unknown[] }) => {
          asked.push(query);
          return away ? Promise.reject(new Error("away")) : pool.query(query);
        },
      }) as Queryable,
  });
});

after(async () => {
  await silent.stop();
  await heard.stop();
});

interface User {
  readonly key: string;
  readonly userId: string;
}

async function newChat({ key }: User, content = "hello"): Promise<string> {
  return (await heard.call("POST /v1/chats", { key, body: { content } })).body.id as string;
}

function worked({ userId }: User, chatId: string): TestChat {
  return new TestChat({ ...heard.deps.store, announced: [], userId, modelId: "" }, chatId);
}

async function follow({ key }: User, at: TestApi): Promise<FeedClient> {
  const reader = await new FeedClient(key).connect(at.url);
  await reader.until(() => reader.types.includes("snapshot"));
  return reader;
}

async function listed({ key }: User): Promise<[string, Chat][]> {
  const pages = await Promise.all(
    ["false", "true"].map((archived) => heard.call(`GET /v1/chats?limit=200&archived=${archived}`, { key })),
  );
  const all = pages.flatMap(({ body }) => body.items as (Chat & { children: Chat[] })[]);
  return sorted(all.map(({ children: _none, ...chat }): [string, Chat] => [chat.id, chat]));
}

function sorted(chats: Iterable<[string, Chat]>): [string, Chat][] {
  return [...chats].toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/** Chats as they would come from many clients, in one statement. */
async function insertChats({ userId }: User, count: number): Promise<void> {
  await heard.pool.query(
    `with made as (select gen_random_uuid() as id from generate_series(1, $2::int))
     insert into chats (id, owner_id, root_chat_id, title, status) select id, $1, id, 'x', 'waiting' from made`,
    [userId, count],
  );
}

async function touchAll({ userId }: User, title: string): Promise<void> {
  await heard.pool.query(
    "update chats set title = $2, snapshot_version = snapshot_version + 1, updated_at = now() where owner_id = $1",
    [userId, title],
  );
}

test("T8 what the bus has lost is seen by looking: new chats, changes, reading and deletions", async () => {
  const user = await heard.newKey();
  const reader = await follow(user, silent);
  const id = await newChat(user);
  await reader.untilTold("created", id);
  await worked(user, id).answer(text("hi"));
  await reader.until(() => reader.chats.get(id)?.status === "waiting");
  await markChatRead(heard.pool, id);
  await reader.untilTold("read_change", id);
  await heard.call(`DELETE /v1/chats/${id}`, { key: user.key });
  await reader.untilTold("deleted", id);
  assert.equal(reader.chats.size, 0);
  await reader.cut();
});

test("T8 a hundred readers of a user cost one statement per look, and those that come later none of their own", async () => {
  const user = await heard.newKey();
  await newChat(user);
  const first = await follow(user, silent);
  const ofUser = () => asked.filter(({ values }) => values[0] === user.userId);
  const isLook = ({ text: words }: { text: string }) => words.includes("now_ms");
  const readers = await Promise.all(Array.from({ length: 99 }, () => follow(user, silent)));
  assert.deepEqual(silent.feeds.readerCount, 100);
  const id = await newChat(user);
  await Promise.all([first, ...readers].map((reader) => reader.untilTold("created", id)));
  const looks = ofUser().filter(isLook);
  // Each look goes on from the one before it: none was made twice.
  assert.equal(new Set(looks.map(({ values }) => values[1])).size, looks.length);
  // Beside them the first list, and the new chat.
  assert.equal(ofUser().length - looks.length, 2);
  await Promise.all([first, ...readers].map((reader) => reader.cut()));
});

test("T7 a reader that takes nothing is kept no more than a batch, and is shown the whole list when it takes again", async () => {
  const user = await heard.newKey();
  await insertChats(user, 100);
  const quick = await follow(user, silent);
  const visit = aVisit();
  const { watch } = silent.feeds.hold(user.userId, visit);
  await watch.ready;
  const slow = holdFrames();
  const reader = new StreamReader({ watch, sink: slow.sink, place: { toldMs: null, taken: null } });
  reader.start();
  await slow.wrote("snapshot");
  slow.stop();
  for (let round = 1; round <= 7; round++) {
    await touchAll(user, `round ${round}`);
    await quick.until(() => [...quick.chats.values()].every((chat) => chat.title === `round ${round}`));
  }
  // Written before it was known that nothing is taken; then no more.
  assert.ok(slow.batches.length <= 2);
  slow.go();
  await slow.wrote("round 7");
  assert.match(slow.batches.at(-1) ?? "", /event: snapshot\n/);
  reader.stop();
  visit.leave();
  await quick.cut();
});

test("T8 more changes than are told one by one make all readers start anew", async () => {
  const user = await heard.newKey();
  const reader = await follow(user, silent);
  await insertChats(user, 600);
  await reader.until(() => reader.chats.size === 200);
  // What follows is told one by one again.
  for (const title of ["one", "two", "three"]) await reader.untilTold("created", await newChat(user, title));
  assert.deepEqual(reader.types, ["snapshot", "snapshot", "created", "created", "created"]);
  await reader.cut();
});

test("O2 readers are sent away when the database is lost, and come back to what they missed", async () => {
  const user = await heard.newKey();
  const reader = await follow(user, silent);
  away = true;
  try {
    await reader.ended();
    assert.ok(reader.retryMs !== null);
    const headers = { Authorization: `Bearer ${user.key}` };
    const refused = await fetch(`${silent.url}/v1/chats/watch`, { headers });
    assert.ok(refused.status >= 500);
  } finally {
    away = false;
  }
  const id = await newChat(user);
  await reader.connect(silent.url);
  await reader.until(() => reader.chats.has(id));
  assert.equal(reader.types.filter((type) => type === "snapshot").length, 1);
  await reader.cut();
});

test("O2 a replica that stops sends its readers away, and takes no new ones", async () => {
  const user = await heard.newKey();
  const other = await startTestApi({ databaseUrl: heard.databaseUrl, feedPollMs });
  const reader = await follow(user, other);
  other.feeds.close();
  await reader.ended();
  assert.ok((reader.retryMs ?? 0) > 0);
  const { status, body } = await other.call("GET /v1/chats/watch", { key: user.key });
  assert.deepEqual([status, body.code], [503, "draining"]);
  await other.stop();
});

test("T8 property: whatever happens and wherever a reader is cut, its list ends as GET /v1/chats has it", async () => {
  const step = fc.record({
    act: fc.constantFrom(
      "create",
      "send",
      "answer",
      "title",
      "archive",
      "read",
      "delete",
      "cut",
      "away",
      "back",
    ),
    which: fc.nat(20),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const user = await heard.newKey();
      const chats: string[] = [await newChat(user)];
      const readers = [await follow(user, heard), await follow(user, silent)];
      let replicas = [heard, silent];
      let isAway = false;
      const reconnect = async () => {
        replicas = replicas.toReversed();
        for (const [i, reader] of readers.entries()) await reader.connect((replicas[i] as TestApi).url);
      };
      for (const { act, which } of steps) {
        if (act === "cut" || act === "away") {
          if (!isAway) for (const reader of readers) await reader.cut();
          isAway ||= act === "away";
          if (act === "cut" && !isAway) await reconnect();
        } else if (act === "back") {
          if (isAway) await reconnect();
          isAway = false;
        } else if (act === "create") {
          chats.push(await newChat(user, `chat ${which}`));
        } else {
          const id = chats[which % chats.length];
          if (id === undefined) continue;
          await perform(user, { act, id, which });
          if (act === "delete") chats.splice(chats.indexOf(id), 1);
        }
      }
      if (isAway) await reconnect();
      const want = await listed(user);
      for (const reader of readers) {
        await reader.until(() => isDeepStrictEqual(sorted(reader.chats), want));
        await reader.cut();
      }
    }),
    { numRuns: 25 },
  );
});

interface Step {
  readonly act: "send" | "answer" | "title" | "archive" | "read" | "delete";
  readonly id: string;
  readonly which: number;
}

/** Does what the chat's state allows; a refusal changes nothing. */
async function perform(user: User, { act, id, which }: Step): Promise<void> {
  const { key } = user;
  const chat = worked(user, id);
  const { status } = await chat.row();
  switch (act) {
    case "send":
      await heard.call(`POST /v1/chats/${id}/messages`, { key, body: { content: "more" } });
      return;
    case "answer":
      if (status === "running") await chat.answer(text("hi"));
      return;
    case "title":
      await heard.call(`PATCH /v1/chats/${id}`, { key, body: { title: `title ${which}` } });
      return;
    case "archive":
      await heard.call(`PATCH /v1/chats/${id}`, { key, body: { archived: which % 2 === 0 } });
      return;
    case "read":
      await markChatRead(heard.pool, id);
      return;
    case "delete":
      await heard.call(`DELETE /v1/chats/${id}`, { key });
  }
}

/** The other end of a stream, which takes nothing while the test says so. */
function holdFrames() {
  const batches: string[] = [];
  const watchers = new Set<() => void>();
  let opened: PromiseWithResolvers<void> | null = null;
  const sink: EventSink<Frames> = {
    write(batch) {
      batches.push(batch.bytes.toString());
      for (const look of watchers) look();
    },
    get full() {
      return opened !== null;
    },
    closed: false,
    drained: () => opened?.promise ?? Promise.resolve(),
    end: () => undefined,
  };
  return {
    sink,
    batches,
    stop() {
      opened = Promise.withResolvers();
    },
    go() {
      opened?.resolve();
      opened = null;
    },
    wrote: (words: string) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!batches.some((batch) => batch.includes(words))) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
  };
}
