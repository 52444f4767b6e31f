// Tests: the search in titles and messages of a user's own chats.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTestApi, type TestApi } from "../../support/api.ts";

let api: TestApi;
before(async () => {
  api = await startTestApi();
});
after(() => api.stop());

interface Item {
  readonly chat_id: string;
  readonly message_id: number | null;
  readonly excerpt: string;
  readonly matches: readonly (readonly [number, number])[];
}

async function newChat(content: string, key?: string, title = "no words of it") {
  const options = { body: { content, title }, ...(key !== undefined && { key }) };
  return (await api.call("POST /v1/chats", options)).body;
}

async function find(q: string, more = ""): Promise<{ items: Item[]; next_cursor: string | null }> {
  const { status, body } = await api.call(`GET /v1/search?q=${encodeURIComponent(q)}${more}`);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

test("a search finds all words in a message, the last one by its beginning, and shows where they stand", async () => {
  const chat = await newChat("The zebra crossed the ährenfeld at noon");
  for (const q of ["zebra", "ZEB", "noon zebra", "ährenf"]) {
    const { items } = await find(q);
    assert.deepEqual(
      items.map((item) => [item.chat_id, item.message_id]),
      [[chat.id, chat.current_turn_id]],
      q,
    );
  }
  const [item] = (await find("noon zebra")).items;
  assert.deepEqual(
    item?.matches.map(([from, to]) => item.excerpt.slice(from, to)),
    ["zebra", "noon"],
  );
  assert.deepEqual((await find("zebra midnight")).items, []);
  assert.deepEqual((await find("!?")).items, []);
});

test("a search finds titles first, also of archived chats, and pages through titles and messages", async () => {
  const titled = await newChat("x", undefined, "About quaggas");
  await api.pool.query("update chats set status = 'waiting', archived = true where id = $1", [titled.id]);
  const ids: (number | null)[] = [null];
  for (const n of [3, 2, 1]) ids.splice(1, 0, (await newChat(`quagga ${n}`)).current_turn_id);
  const seen: (number | null)[] = [];
  let cursor = "";
  for (let page = 0; page < 4; page++) {
    const { items, next_cursor } = await find("quagga", `&limit=1${cursor}`);
    seen.push(...items.map((item) => item.message_id));
    assert.equal(next_cursor === null, page === 3);
    cursor = `&after=${next_cursor}`;
  }
  assert.deepEqual(seen, ids);
});

test("a search never finds other people's chats, and no deleted or hidden messages", async () => {
  const other = await api.newKey("member");
  await newChat("okapi of somebody else", other.key, "okapi");
  const deleted = await newChat("okapi deleted");
  await api.pool.query("update messages set deleted_at = now() where chat_id = $1", [deleted.id]);
  const hidden = await newChat("okapi hidden");
  await api.pool.query("update messages set visibility = 'model' where chat_id = $1", [hidden.id]);
  assert.deepEqual((await find("okapi")).items, []);
});

test("text that Postgres cannot hold is stored all the same, and what is around it is found", async () => {
  const chat = await newChat("start");
  const content =
    '[{"type":"text","text":"gnu \\u0000\\u0000 \\ud800 \\\\u0000 behind"},{"type":"text","text":"wildebeest"}]';
  await api.pool.query("update messages set content = $2 where chat_id = $1", [chat.id, content]);
  for (const q of ["gnu", "behind", "wildebeest"]) assert.equal((await find(q)).items.length, 1, q);
  const large = `${"aardvark ".repeat(20_000)}tail`;
  await api.pool.query("update messages set content = $2 where chat_id = $1", [
    chat.id,
    JSON.stringify([{ type: "text", text: large }]),
  ]);
  assert.equal((await find("aardvark")).items.length, 1);
});

test("an empty search, one that is too long, and foreign cursors are refused", async () => {
  for (const query of ["", "?q=", "?q=%20", `?q=${"x".repeat(201)}`, "?q=a&limit=0"]) {
    const { status, body } = await api.call(`GET /v1/search${query}`);
    assert.equal(`${status} ${body.code}`, "400 invalid_request", query);
  }
  for (const parts of [[null, null], ["0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a", 1], [1]]) {
    const cursor = Buffer.from(JSON.stringify(parts)).toString("base64url");
    const { status, body } = await api.call(`GET /v1/search?q=a&after=${cursor}`);
    assert.equal(`${status} ${body.code}`, "400 invalid_cursor");
  }
});

test("titles with a slip of the pen are found where the database has pg_trgm, and the search works without it", async () => {
  const chat = await newChat("y", undefined, "Rhinoceros");
  assert.deepEqual(
    (await find("rhinoc")).items.map(({ chat_id }) => chat_id),
    [chat.id],
  );
  const { rowCount } = await api.pool.query("select from pg_available_extensions where name = 'pg_trgm'");
  if (rowCount === 0) return;
  await api.pool.query("create extension if not exists pg_trgm");
  assert.deepEqual(
    (await find("rhinocerus")).items.map(({ chat_id }) => chat_id),
    [chat.id],
  );
});

test("the words of messages are found by their index", async () => {
  const { rows } = await api.pool.query<{ indexdef: string }>(
    "select indexdef from pg_indexes where indexname = 'messages_words'",
  );
  assert.match(rows[0]?.indexdef ?? "", /USING gin/);
});
