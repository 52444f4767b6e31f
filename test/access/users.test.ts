// Users come, are suspended and go; what they leave is deleted or handed over, whatever dies in between.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { emptyDeletedUsers } from "../../api/start/purge.ts";
import { markUserDeleted } from "../../store/chat/departure/delete-user.ts";
import { startTestApi, type TestApi } from "../support/api.ts";

let api: TestApi;

before(async () => {
  api = await startTestApi();
});

after(() => api.stop());

async function newUser(name: string, role = "member") {
  const { body: user } = await api.call("POST /v1/users", { body: { name, role } });
  const { body } = await api.call("POST /v1/api-keys", { body: { name: "first", user_id: user.id } });
  return { id: user.id as string, key: body.key as string };
}

async function answer(what: string, options: Parameters<TestApi["call"]>[1] = {}): Promise<string> {
  const { status, body } = await api.call(what, options);
  return body.code === undefined ? String(status) : `${status} ${body.code}`;
}

/** A chat with a running turn, a queued message and a workspace, with the client's own name for it. */
async function busyChat(key: string) {
  const { body: workspace } = await api.call("POST /v1/workspaces", {
    key,
    body: { template: "blank", name: "place" },
  });
  const body = { content: "hello", workspace_id: workspace.id };
  const { body: chat } = await api.call("POST /v1/chats", { key, body });
  await api.call(`POST /v1/chats/${chat.id}/messages`, { key, body: { content: "next" } });
  return { chat: chat.id as string, workspace: workspace.id as string };
}

test("A1 an admin makes a user and a key; the user is listed, found, changed, and calls with the key", async () => {
  const { body: made, status } = await api.call("POST /v1/users", {
    body: { name: "Ada", email: "ada@example.com" },
  });
  assert.deepEqual([status, made.name, made.email, made.role], [201, "Ada", "ada@example.com", "member"]);
  assert.deepEqual([made.suspended, made.suspended_at], [false, null]);
  const { body: key } = await api.call("POST /v1/api-keys", { body: { name: "laptop", user_id: made.id } });
  const me = await api.call("GET /v1/me", { key: key.key });
  assert.deepEqual([me.body.id, me.body.role, me.body.scope], [made.id, "member", "full"]);
  const changed = await api.call(`PATCH /v1/users/${made.id}`, { body: { name: "Ada L.", role: "admin" } });
  assert.deepEqual([changed.body.name, changed.body.role], ["Ada L.", "admin"]);
  assert.equal((await api.call("GET /v1/me", { key: key.key })).body.role, "admin", "at once");
  assert.deepEqual((await api.call(`GET /v1/users/${made.id}`)).body, changed.body);
  const seen: string[] = [];
  for (let query = "limit=1"; ; ) {
    const { body: page } = await api.call(`GET /v1/users?${query}`);
    seen.push(...page.items.map(({ id }: { id: string }) => id));
    if (page.next_cursor === null) break;
    query = `limit=1&after=${page.next_cursor}`;
  }
  assert.ok(seen.includes(made.id) && seen.includes(api.ownerId));
  assert.equal(new Set(seen).size, seen.length);
});

test("A1 an email address belongs to one user, in any case, until that user is deleted", async () => {
  const body = { name: "Bo", email: "bo@example.com" };
  const { body: first } = await api.call("POST /v1/users", { body });
  assert.equal(
    await answer("POST /v1/users", { body: { ...body, email: "Bo@Example.com" } }),
    "409 email_taken",
  );
  const { body: second } = await api.call("POST /v1/users", { body: { name: "Bo 2" } });
  const patch = { body: { email: "BO@example.com" } };
  assert.equal(await answer(`PATCH /v1/users/${second.id}`, patch), "409 email_taken");
  assert.equal(await answer(`DELETE /v1/users/${first.id}?chats=delete`), "204");
  assert.equal(await answer(`PATCH /v1/users/${second.id}`, patch), "200");
});

test("A9 the last admin who can act is neither demoted, suspended nor deleted, also when two try at once", async () => {
  const world = await startTestApi();
  try {
    const path = `/v1/users/${world.ownerId}`;
    const { body: other } = await world.call("POST /v1/users", { body: { name: "second", role: "admin" } });
    await world.call(`PATCH /v1/users/${other.id}`, { body: { suspended: true } });
    for (const [what, body] of [
      [`PATCH ${path}`, { role: "member" }],
      [`PATCH ${path}`, { suspended: true }],
      [`DELETE ${path}?chats=delete`, undefined],
    ] as const) {
      const refused = await world.call(what, { body });
      assert.equal(`${refused.status} ${refused.body.code}`, "409 last_admin", what);
    }
    await world.call(`PATCH /v1/users/${other.id}`, { body: { suspended: false } });
    const both = await Promise.all(
      [world.ownerId, other.id].map((id) =>
        world.call(`PATCH /v1/users/${id}`, { body: { role: "member" } }),
      ),
    );
    assert.deepEqual(
      both.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 409],
    );
  } finally {
    await world.stop();
  }
});

test("A9 a suspension ends keys and open streams at once, and a resumed user goes on with the same key", async () => {
  const { id, key } = await newUser("Cleo");
  const { body: chat } = await api.call("POST /v1/chats", { key, body: { content: "hello" } });
  const stream = await fetch(`${api.url}/v1/chats/watch`, { headers: { Authorization: `Bearer ${key}` } });
  assert.equal(stream.status, 200);
  assert.equal(await answer(`PATCH /v1/users/${id}`, { body: { suspended: true } }), "200");
  assert.equal(await answer("GET /v1/me", { key }), "401 unauthenticated");
  assert.match(await stream.text(), /event: snapshot/, "the stream has ended");
  assert.equal(await answer(`PATCH /v1/users/${id}`, { body: { suspended: false } }), "200");
  assert.equal(await answer(`GET /v1/chats/${chat.id}`, { key }), "200");
});

test("A9 a deleted user's chats and workspaces go with the runs; the address of the key is nobody's any more", async () => {
  const { id, key } = await newUser("Dan");
  const { chat, workspace } = await busyChat(key);
  assert.equal(await answer(`DELETE /v1/users/${id}?chats=delete`), "204");
  assert.equal(await answer("GET /v1/me", { key }), "401 unauthenticated");
  assert.equal(await answer(`GET /v1/users/${id}`), "404 user_not_found");
  const { rows } = await api.pool.query("select 1 from chats where id = $1", [chat]);
  assert.equal(rows.length, 0);
  const { rows: told } = await api.pool.query("select 1 from outbox where chat_id = $1 and kind = 'cancel'", [
    chat,
  ]);
  assert.equal(told.length, 1, "its run is told to stop");
  const { rows: places } = await api.pool.query("select wish from workspaces where id = $1", [workspace]);
  assert.equal(places[0].wish, "deleted");
});

test("A9 chats and workspaces are handed over: interrupted, without their queue, under names that are free", async () => {
  const [leaver, heir] = [await newUser("Eve"), await newUser("Finn")];
  const { chat, workspace } = await busyChat(leaver.key);
  await busyChat(heir.key);
  const { body: share } = await api.call(`POST /v1/chats/${chat}/shares`, {
    key: leaver.key,
    body: { link: true },
  });
  const link = `GET /shared/${share.token}`;
  assert.equal(await answer(link, { key: null }), "200");
  const { body: idle } = await api.call("POST /v1/chats", { key: leaver.key, body: { content: "old" } });
  await api.pool.query("update chats set status = 'waiting' where id = $1", [idle.id]);
  await api.call(`PATCH /v1/chats/${idle.id}`, { key: leaver.key, body: { archived: true } });
  assert.equal(await answer(`DELETE /v1/users/${leaver.id}?chats=transfer&to=${heir.id}`), "204");
  const { body: moved } = await api.call(`GET /v1/chats/${chat}`, { key: heir.key });
  assert.deepEqual(
    [moved.owner_id, moved.status, moved.queue_length, moved.workspace_id],
    [heir.id, "interrupting", 0, workspace],
  );
  assert.equal((await api.call(`GET /v1/chats/${idle.id}`, { key: heir.key })).body.archived, true);
  const { body: place } = await api.call(`GET /v1/workspaces/${workspace}`, { key: heir.key });
  assert.match(place.name, /^place-[0-9a-f]{4}$/);
  assert.match(await answer(link, { key: null }), /^404/, "links of the old owner stay closed");
});

test("A10 what a dismissed user has shared, with himself by a link and with others, is shared no more after the hand-over", async () => {
  const [leaver, heir, friend] = [await newUser("Lea"), await newUser("Mo"), await newUser("Nia")];
  const { chat } = await busyChat(leaver.key);
  const shares = `/v1/chats/${chat}/shares`;
  const { body: link } = await api.call(`POST ${shares}`, { key: leaver.key, body: { link: true } });
  await api.call(`POST ${shares}`, { key: leaver.key, body: { user_id: friend.id } });
  assert.equal(await answer(`GET ${link.path}`, { key: null }), "200");
  assert.equal(await answer(`DELETE /v1/users/${leaver.id}?chats=transfer&to=${heir.id}`), "204");
  assert.equal(await answer(`GET ${link.path}`, { key: null }), "404 share_not_found");
  assert.equal(await answer(`GET /v1/chats/${chat}`, { key: friend.key }), "404 chat_not_found");
  assert.deepEqual((await api.call(`GET ${shares}`, { key: heir.key })).body.items, []);
  // As a program of a version would leave it that knows nothing of shares.
  await api.pool.query(
    "insert into chat_shares (id, chat_id, user_id, created_by) values (gen_random_uuid(), $1, $2, $3)",
    [chat, friend.id, leaver.id],
  );
  assert.equal(await answer(`GET /v1/chats/${chat}`, { key: friend.key }), "404 chat_not_found");
});

test("A9 a deletion that died halfway goes on: repeated by the caller, or by the next start", async () => {
  const heir = await newUser("Gil");
  for (const goOn of [
    (id: string) => api.call(`DELETE /v1/users/${id}?chats=transfer&to=${heir.id}`),
    () => emptyDeletedUsers(api.deps),
  ]) {
    const leaver = await newUser("Hal");
    const { chat, workspace } = await busyChat(leaver.key);
    // As far as a process comes that dies behind the first commit.
    await markUserDeleted(api.deps.store, leaver.id, { chats: "transfer", to: heir.id });
    await goOn(leaver.id);
    assert.equal((await api.call(`GET /v1/chats/${chat}`, { key: heir.key })).status, 200);
    assert.equal((await api.call(`GET /v1/workspaces/${workspace}`, { key: heir.key })).status, 200);
  }
});

test("A9 an heir who is deleted before the hand-over is complete passes it on; without any heir it is kept, not deleted", async () => {
  const [first, second, third] = [await newUser("Una"), await newUser("Vic"), await newUser("Wim")];
  const { chat, workspace } = await busyChat(first.key);
  await markUserDeleted(api.deps.store, first.id, { chats: "transfer", to: second.id });
  await markUserDeleted(api.deps.store, second.id, { chats: "transfer", to: third.id });
  const { body: alive } = await api.call("POST /v1/users", { body: { name: "Xia" } });
  await markUserDeleted(api.deps.store, third.id, { chats: "delete" });
  const owner = async () => {
    const { rows } = await api.pool.query(
      "select c.owner_id as chat, w.owner_id as workspace, w.wish from chats c, workspaces w where c.id = $1 and w.id = $2",
      [chat, workspace],
    );
    return rows[0];
  };
  assert.deepEqual(await emptyDeletedUsers(api.deps), [first.id]);
  assert.deepEqual(await owner(), { chat: first.id, workspace: first.id, wish: "running" });
  // Users who leave what they have to each other are no reason to look for ever.
  const deletion = JSON.stringify({ chats: "transfer", to: first.id });
  await api.pool.query("update users set deletion = $2 where id = $1", [third.id, deletion]);
  assert.deepEqual(await emptyDeletedUsers(api.deps), [first.id]);
  assert.equal(
    await answer(`DELETE /v1/users/${first.id}?chats=transfer&to=${third.id}`),
    "400 invalid_request",
  );
  assert.equal(await answer(`DELETE /v1/users/${first.id}?chats=transfer&to=${alive.id}`), "204");
  assert.deepEqual(await owner(), { chat: alive.id, workspace: alive.id, wish: "running" });
});

test("A9 a deleted user's heir passes on what comes to them after their own deletion", async () => {
  const [leaver, heir, next] = [await newUser("Yan"), await newUser("Zoe"), await newUser("Abe")];
  const { chat } = await busyChat(leaver.key);
  await markUserDeleted(api.deps.store, leaver.id, { chats: "transfer", to: heir.id });
  assert.equal(await answer(`DELETE /v1/users/${heir.id}?chats=transfer&to=${next.id}`), "204");
  await emptyDeletedUsers(api.deps);
  assert.equal((await api.call(`GET /v1/chats/${chat}`, { key: next.key })).status, 200);
});

test("A9 a deleted user who cannot be emptied does not keep others from being emptied", async () => {
  const [stuck, other] = [await newUser("Stu"), await newUser("Ott")];
  const { chat } = await busyChat(other.key);
  await busyChat(stuck.key);
  for (const { id } of [stuck, other]) await markUserDeleted(api.deps.store, id, { chats: "delete" });
  await api.pool.query(
    "create function refuse() returns trigger language plpgsql as 'begin raise exception $$no$$; end'",
  );
  await api.pool.query(
    `create trigger refuse before delete on chats for each row when (old.owner_id = '${stuck.id}') execute function refuse()`,
  );
  await emptyDeletedUsers(api.deps);
  assert.equal((await api.pool.query("select from chats where id = $1", [chat])).rowCount, 0);
  await api.pool.query("drop trigger refuse on chats");
  await emptyDeletedUsers(api.deps);
  assert.equal((await api.pool.query("select from chats where owner_id = $1", [stuck.id])).rowCount, 0);
});

test("A9 what a request of a deleted user still made behind the deletion goes with the next start", async () => {
  const { id, key } = await newUser("Ida");
  const { body: chat } = await api.call("POST /v1/chats", { key, body: { content: "hello" } });
  await api.pool.query("update users set deleted_at = now(), emptied_at = now() where id = $1", [id]);
  await emptyDeletedUsers(api.deps);
  const { rows } = await api.pool.query("select 1 from chats where id = $1", [chat.id]);
  assert.equal(rows.length, 0);
});

test("A9 a deletion says what is to become of the chats, and to whom: else 400 with the path, and nothing is changed", async () => {
  const { id, key } = await newUser("Jo");
  const gone = await newUser("Kim");
  await api.call(`DELETE /v1/users/${gone.id}?chats=delete`);
  for (const query of ["", "?chats=keep", "?chats=delete&to=" + api.ownerId, "?chats=transfer"]) {
    assert.equal(await answer(`DELETE /v1/users/${id}${query}`), "400 invalid_request", query);
  }
  for (const to of [id, gone.id, "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a"]) {
    const { status, body } = await api.call(`DELETE /v1/users/${id}?chats=transfer&to=${to}`);
    assert.deepEqual([status, body.errors?.[0]?.path], [400, "to"]);
  }
  assert.equal(
    await answer("DELETE /v1/users/0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a?chats=delete"),
    "404 user_not_found",
  );
  assert.equal(await answer("GET /v1/me", { key }), "200");
});
