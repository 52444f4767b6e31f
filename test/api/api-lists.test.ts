import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTestApi, type TestApi } from "../support/api.ts";

let api: TestApi;

before(async () => {
  api = await startTestApi();
});

after(() => api.stop());

async function newChat(content = "hello", more: object = {}) {
  return (await api.call("POST /v1/chats", { body: { content, ...more } })).body;
}

/** Puts a chat to rest, as the end of its turn would. */
async function rest(chatId: string, status = "waiting"): Promise<void> {
  await api.pool.query("update chats set status = $2 where id = $1", [chatId, status]);
}

async function titles(query: string): Promise<string[]> {
  const { body } = await api.call(`GET /v1/chats?${query}`);
  return body.items.map((item: { title: string }) => item.title);
}

test("messages are paged newest first, and oldest first after an id", async () => {
  const chat = await newChat("0");
  for (let i = 1; i < 7; i++) {
    await rest(chat.id);
    await api.call(`POST /v1/chats/${chat.id}/messages`, { body: { content: String(i) } });
  }
  await api.pool.query(
    `insert into messages (chat_id, turn_id, role, content, visibility, version) values ($1, 1, 'user', '[]', 'model', 1)`,
    [chat.id],
  );
  const page = async (query: string) => {
    const { body } = await api.call(`GET /v1/chats/${chat.id}/messages?${query}`);
    const texts = body.messages.map((one: { content: { text: string }[] }) => one.content[0]?.text);
    return {
      texts: texts.join(""),
      more: body.has_more,
      ids: body.messages.map((one: { id: number }) => one.id),
    };
  };
  const newest = await page("limit=3");
  assert.deepEqual([newest.texts, newest.more], ["654", true]);
  const older = await page(`limit=3&before_id=${newest.ids[2]}`);
  assert.deepEqual([older.texts, older.more], ["321", true]);
  const last = await page(`limit=3&before_id=${older.ids[2]}`);
  assert.deepEqual([last.texts, last.more], ["0", false]);
  const forward = await page(`limit=3&after_id=${last.ids[0]}`);
  assert.deepEqual([forward.texts, forward.more], ["123", true]);
  const between = await page(`after_id=${last.ids[0]}&before_id=${newest.ids[0]}`);
  assert.deepEqual([between.texts, between.more], ["54321", false]);
});

test("chats are listed pinned first, then by latest change, page by page, without gaps or doubles", async () => {
  const { key } = await api.newKey();
  const make = async (title: string) =>
    (await api.call("POST /v1/chats", { key, body: { content: "x", title } })).body.id as string;
  const ids = [];
  for (let i = 0; i < 7; i++) ids.push(await make(String(i)));
  await api.call(`PATCH /v1/chats/${ids[2]}`, { key, body: { pin_order: 2 } });
  await api.call(`PATCH /v1/chats/${ids[4]}`, { key, body: { pin_order: 1 } });
  await api.call(`PATCH /v1/chats/${ids[0]}`, { key, body: { labels: { touched: "yes" } } });
  const seen: string[] = [];
  let after = "";
  for (;;) {
    const { body } = await api.call(`GET /v1/chats?limit=2${after}`, { key });
    seen.push(...body.items.map((item: { title: string }) => item.title));
    if (body.next_cursor === null) break;
    after = `&after=${body.next_cursor}`;
  }
  assert.deepEqual(seen, ["4", "2", "0", "6", "5", "3", "1"]);
});

test("chats are filtered by words of the title, labels, status and archive", async () => {
  await newChat("x", { title: "50% of filters", labels: { team: "red", area: "x:y" } });
  const idle = await newChat("x", { title: "500 filters", labels: { team: "red" } });
  await rest(idle.id);
  assert.deepEqual(await titles("q=50%25 OF"), ["50% of filters"]);
  assert.deepEqual(await titles("q=filters&status=waiting"), ["500 filters"]);
  assert.deepEqual(await titles("q=filters&label=team:red&label=area:x:y"), ["50% of filters"]);
  assert.deepEqual(await titles("q=filters&label=team:blue"), []);
  await api.call(`PATCH /v1/chats/${idle.id}`, { body: { archived: true } });
  assert.deepEqual(await titles("q=filters&archived=true"), ["500 filters"]);
  assert.deepEqual(await titles("q=filters"), ["50% of filters"]);
});

test("chats are found by the workspace that they, or subagents of theirs, use", async () => {
  const make = async () => {
    const { rows } = await api.pool.query<{ id: string }>("select gen_random_uuid() as id");
    return rows[0]?.id ?? "";
  };
  const [own, childs] = [await make(), await make()];
  const [user, root, child] = [await newChat("x"), await newChat("x"), await newChat("x")];
  const use =
    "update chats set workspace_id = $2, parent_chat_id = $3, root_chat_id = coalesce($3, id) where id = $1";
  await api.pool.query(use, [user.id, own, null]);
  await api.pool.query(use, [child.id, childs, root.id]);
  const found = async (id: string) => {
    const { body } = await api.call(`GET /v1/chats?workspace_id=${id}`);
    return body.items.map((item: { id: string }) => item.id);
  };
  assert.deepEqual(await found(own), [user.id]);
  assert.deepEqual(await found(childs), [root.id]);
  assert.deepEqual(await found(await make()), []);
  assert.equal((await api.call("GET /v1/chats?workspace_id=shop")).body.errors[0].path, "workspace_id");
});

test("a root is listed with its descendants in children, which are no roots of the list", async () => {
  const root = await newChat("x", { title: "family" });
  const child = await newChat("x", { title: "family child" });
  await api.pool.query("update chats set parent_chat_id = $1, root_chat_id = $1 where id = $2", [
    root.id,
    child.id,
  ]);
  const { body } = await api.call("GET /v1/chats?q=family");
  assert.equal(body.items.length, 1);
  assert.deepEqual(
    body.items[0].children.map((one: { id: string }) => one.id),
    [child.id],
  );
});

test("model configs are listed and read, and a chat may name one", async () => {
  const { body } = await api.call("GET /v1/model-configs");
  assert.deepEqual([body.items[0].model, body.items[0].is_default, body.next_cursor], ["test", true, null]);
  const [config] = body.items;
  assert.deepEqual((await api.call(`GET /v1/model-configs/${config.id}`)).body, config);
  const chat = await newChat("x", { model_config_id: config.id });
  assert.equal(chat.last_model_config_id, config.id);
});
