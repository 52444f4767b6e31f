// Tests of the list of chats: what the feed tells, what pages bring, and what a new snapshot does to both.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Everturn, type FeedStore } from "../index.ts";

interface TestChat {
  readonly id: string;
  readonly snapshot_version: number;
  readonly title?: string;
  readonly children?: readonly TestChat[];
}

const chat = (id: string, snapshot_version = 1, more: Partial<TestChat> = {}): TestChat => ({
  id,
  snapshot_version,
  ...more,
});
const many = (from: number, count: number) => Array.from({ length: count }, (_, i) => chat(`c${from + i}`));

/** A server with a feed that the test speaks for, and pages of two chats. */
function server(pages: readonly (readonly TestChat[])[]) {
  const feeds: ReadableStreamDefaultController<Uint8Array>[] = [];
  const asked: string[] = [];
  const client = new Everturn({
    baseUrl: "http://nowhere",
    apiKey: "k",
    fetch: (input) => {
      const url = new URL(input);
      if (url.pathname.endsWith("/watch")) {
        const body = new ReadableStream<Uint8Array>({ start: (controller) => void feeds.push(controller) });
        return Promise.resolve(new Response(body, { headers: { "content-type": "text/event-stream" } }));
      }
      asked.push(url.search);
      const at = Number(url.searchParams.get("after") ?? 0);
      const next_cursor = at + 1 < pages.length ? String(at + 1) : null;
      return Promise.resolve(new Response(JSON.stringify({ items: pages[at], next_cursor })));
    },
  });
  const tell = (event: string, data: object) =>
    feeds
      .at(-1)
      ?.enqueue(new TextEncoder().encode(`id: x\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
  return { client, asked, tell, feeds };
}

const ids = (store: FeedStore) => [...store.getSnapshot().chats.keys()];

test("T8 chats come, change and go as the feed tells, and an older copy of one is passed over", async () => {
  const { client, tell, feeds } = server([]);
  const store = client.feed.open();
  while (feeds.length === 0) await new Promise(setImmediate);
  tell("snapshot", { chats: [chat("a", 2), chat("b", 1)] });
  await store.until(({ isLoaded }) => isLoaded);
  const a = store.getSnapshot().chats.get("a");
  assert.equal(store.getSnapshot().hasMore, false);
  tell("title_change", { chat: chat("a", 1, { title: "late" }) });
  tell("status_change", { chat: chat("b", 2, { title: "new" }) });
  tell("created", { chat: chat("c") });
  await store.until(({ chats }) => chats.has("c"));
  assert.equal(store.getSnapshot().chats.get("a"), a);
  assert.equal(store.getSnapshot().chats.get("b")?.title, "new");
  const { projectsVersion } = store.getSnapshot();
  tell("deleted", { chat_id: "b" });
  tell("project_deleted", { project_id: "p" });
  await store.until((snapshot) => snapshot.projectsVersion === projectsVersion + 1);
  assert.deepEqual(ids(store), ["a", "c"]);
  store.close();
});

test("chats beyond the snapshot are read page by page, with their subagents, until one is new", async () => {
  const newest = many(0, 200);
  const older = chat("old", 1, { children: [chat("child")] });
  const { client, tell, feeds, asked } = server([
    newest.slice(0, 2),
    newest.slice(2, 4),
    [older],
    [chat("last")],
  ]);
  const store = client.feed.open();
  while (feeds.length === 0) await new Promise(setImmediate);
  tell("snapshot", { chats: newest });
  await store.until(({ hasMore }) => hasMore);
  await Promise.all([store.loadMore(), store.loadMore()]);
  await store.until(({ chats }) => chats.has("child"));
  assert.equal(asked.length, 3);
  assert.equal(store.getSnapshot().chats.get("old")?.children, undefined);
  await store.loadMore();
  await store.until(({ hasMore }) => !hasMore);
  assert.equal(store.getSnapshot().chats.size, 203);
  store.close();
});

test("a new snapshot drops what is gone, and the pages that were read are read again", async () => {
  const newest = many(0, 200);
  const { client, tell, feeds, asked } = server([[chat("old")], [chat("older")]]);
  const store = client.feed.open();
  while (feeds.length === 0) await new Promise(setImmediate);
  tell("snapshot", { chats: newest });
  await store.until(({ hasMore }) => hasMore);
  await store.loadMore();
  await store.until(({ chats }) => chats.has("old"));
  tell("snapshot", { chats: [chat("new"), ...newest.slice(0, 199)] });
  await store.until(({ chats }) => chats.has("new") && chats.has("old") && !chats.has("c199"));
  assert.equal(asked.length, 2);
  store.close();
});
