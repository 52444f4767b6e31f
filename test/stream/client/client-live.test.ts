// Tests: the client against a whole Everturn: chats are made, followed, edited and read back, while parts of it die.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type ChatStore, Everturn, EverturnError, shownContent } from "../../../client/index.ts";
import { startEverturn, type Everturn as World } from "../../support/everturn.ts";
import { script } from "../../support/turn/settled.ts";

let world: World;
let client: Everturn;
const opened: { close(): void }[] = [];

before(async () => {
  world = await startEverturn();
  client = new Everturn({ baseUrl: world.url, apiKey: world.key });
});
after(async () => {
  for (const each of opened) each.close();
  await world.stop();
});

function open(chatId: string): ChatStore {
  const store = client.chats.open(chatId);
  opened.push(store);
  return store;
}

/** What a person reads, whatever the messages' ids. */
function texts(store: ChatStore): string[] {
  return shownContent(store.getSnapshot().view).flatMap(({ content }) =>
    content.map((part) => (part.type === "text" ? part.text : `(${part.type})`)),
  );
}

async function atRest(store: ChatStore): Promise<void> {
  await store.until(({ view }) => view.caught_up && (view.status === "waiting" || view.status === "error"));
}

/** Newest first over the API, oldest first in a store. */
async function assertEqualsApi(store: ChatStore): Promise<void> {
  const { messages } = await client.chats.messages(store.chatId, { limit: 200 });
  assert.deepEqual(store.getSnapshot().view.messages.slice(-200), messages.toReversed());
}

test("T4 a store goes on in mid-answer when the API is killed and comes back, and ends like the store of Everturn", async () => {
  const key = "killed";
  const chat = await client.chats.create({
    content: script({ parts: 60, rate: 200, hold_until: key, hold_after: 30 }, key),
  });
  const store = open(chat.id);
  await world.model.waitFor({ key, event: "held" });
  await store.until(() => texts(store).at(-1)?.includes("t30") === true);
  const before = store.getSnapshot().view.messages[0];
  await world.api.kill();
  await store.until(({ connection }) => connection.state === "reconnecting");
  assert.ok(texts(store).at(-1)?.includes("t30"), "what was shown stays while the server is away");
  await world.startApi();
  await store.until(({ connection, view }) => connection.state === "live" && view.caught_up);
  world.model.release(key);
  await atRest(store);
  await assertEqualsApi(store);
  assert.equal(
    store.getSnapshot().view.messages[0],
    before,
    "a message that did not change is the same object",
  );
});

test("E4 an edit in mid-answer is seen by every store, without an empty moment", async () => {
  const key = "edited";
  const chat = await client.chats.create({
    content: script({ parts: 40, rate: 200, hold_until: key, hold_after: 10 }, key),
  });
  const [one, two] = [open(chat.id), open(chat.id)];
  await Promise.all(
    [one, two].map((store) => store.until(() => texts(store).at(-1)?.includes("t10") === true)),
  );
  const shown: number[] = [];
  const unsubscribe = one.subscribe(() => shown.push(one.getSnapshot().view.messages.length));
  const [message] = one.getSnapshot().view.messages;
  const edited = await client.chats.edit(chat.id, {
    message: message?.id ?? 0,
    content: script({ parts: 5, rate: 500 }),
  });
  assert.deepEqual(edited.deleted_message_ids, [message?.id]);
  await Promise.all(
    [one, two].map((store) => store.until(({ view }) => view.messages[0]?.id === edited.message.id)),
  );
  await Promise.all([atRest(one), atRest(two)]);
  unsubscribe();
  world.model.release(key);
  assert.ok(!shown.includes(0), `shown in between: ${shown.join(" ")}`);
  assert.deepEqual(one.getSnapshot().view.messages, two.getSnapshot().view.messages);
  await assertEqualsApi(one);
});

test("T5 a cursor that nobody knows begins anew instead of showing nothing", async () => {
  const chat = await client.chats.create({ content: script({ parts: 3, rate: 500 }) });
  const types: string[] = [];
  for await (const event of client.chats.stream(chat.id, { after: "nobody-knows-it" })) {
    types.push(event.type);
    if (event.type === "caught_up") break;
  }
  assert.equal(types[0], "history_reset");
});

test("Q10 a send whose answer was lost is sent again and counts once", async () => {
  const chat = await client.chats.create({});
  let lost = 0;
  const shaky = new Everturn({
    baseUrl: world.url,
    apiKey: world.key,
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      if (lost++ > 0) return response;
      await response.arrayBuffer();
      throw new TypeError("fetch failed");
    },
  });
  const sent = await shaky.chats.send(chat.id, script({ parts: 2, rate: 500 }));
  assert.equal(lost, 2);
  const store = open(chat.id);
  await atRest(store);
  const users = store.getSnapshot().view.messages.filter(({ role }) => role === "user");
  assert.deepEqual(
    users.map(({ id }) => id),
    [sent.messages[0]?.id],
  );
});

test("older messages are loaded page by page, without a gap and without a repetition", async () => {
  const chat = await client.chats.create({ content: script({ parts: 1 }) });
  await world.pool.query(
    `insert into messages (chat_id, turn_id, role, content, visibility, created_by, version)
     select chat_id, turn_id, 'user', json_build_array(json_build_object('type', 'text', 'text', 'filler ' || n)),
       visibility, created_by, version
     from messages, generate_series(1, 340) n where chat_id = $1 and role = 'user'`,
    [chat.id],
  );
  const store = open(chat.id);
  await store.until(({ view }) => view.caught_up);
  while (await store.loadOlder(60));
  await store.until(({ view, isLoadingOlder }) => !view.has_more && !isLoadingOlder);
  const ids = store.getSnapshot().view.messages.map(({ id }) => id);
  const { rows } = await world.pool.query<{ id: string }>(
    "select id from messages where chat_id = $1 and visibility in ('user', 'both') order by id",
    [chat.id],
  );
  assert.ok(ids.length > 340);
  assert.deepEqual(
    ids,
    rows.map(({ id }) => Number(id)),
  );
});

test("a chat that is deleted, or never was, ends its store with the reason", async () => {
  const chat = await client.chats.create({});
  const store = open(chat.id);
  await store.until(({ view }) => view.caught_up);
  await client.chats.delete(chat.id);
  const { connection } = await store.until((snapshot) => snapshot.connection.state === "ended");
  assert.ok(connection.state === "ended" && connection.error instanceof EverturnError);
  assert.equal(connection.error.code, "chat_not_found");
  assert.notEqual(connection.error.requestId, null);
});

test("T8 the feed's store has every chat as it is, and those that go are gone", async () => {
  const feed = client.feed.open();
  opened.push(feed);
  await feed.until(({ isLoaded }) => isLoaded);
  const chat = await client.chats.create({ content: script({ parts: 2, rate: 500 }) });
  await feed.until(({ chats }) => chats.get(chat.id)?.status === "waiting");
  await client.chats.update(chat.id, { title: "Another title", pin_order: 1 });
  await feed.until(({ chats }) => chats.get(chat.id)?.title === "Another title");
  assert.deepEqual(feed.getSnapshot().chats.get(chat.id), await client.chats.get(chat.id));
  await client.chats.delete(chat.id);
  await feed.until(({ chats }) => !chats.has(chat.id));
});
