import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { purgeIdempotencyKeys } from "../../store/chat/idempotency.ts";
import { withTransaction } from "../../store/database.ts";
import { startTestApi, type TestApi } from "../support/api.ts";

let api: TestApi;

before(async () => {
  api = await startTestApi();
});

after(() => api.stop());

function keyed(key: string): { headers: Record<string, string> } {
  return { headers: { "Idempotency-Key": key } };
}

async function count(table: string): Promise<number> {
  const { rows } = await api.pool.query<{ n: number }>(`select count(*) as n from ${table}`);
  return (rows[0] as { n: number }).n;
}

test("Q10 the same key with the same body gives the same answer and changes nothing more", async () => {
  const key = randomUUID();
  const before = await count("chats");
  const first = await api.call("POST /v1/chats", { body: { content: "x" }, ...keyed(key) });
  const again = await api.call("POST /v1/chats", {
    body: { content: [{ type: "text", text: "x" }] },
    ...keyed(key),
  });
  assert.equal(again.status, 201);
  assert.deepEqual(again.body, first.body);
  assert.equal(again.headers.get("idempotency-replayed"), "true");
  assert.equal(await count("chats"), before + 1);
});

test("Q10 the same key with another body, path or method is refused", async () => {
  const key = randomUUID();
  const { body: chat } = await api.call("POST /v1/chats", { body: { content: "x" }, ...keyed(key) });
  const others: readonly [string, unknown?][] = [
    ["POST /v1/chats", { content: "y" }],
    [`POST /v1/chats/${chat.id}/messages`, { content: "x" }],
    [`POST /v1/chats/${chat.id}/interrupt`],
  ];
  for (const [what, body] of others) {
    const answer = await api.call(what, { body, ...keyed(key) });
    assert.equal(`${answer.status} ${answer.body.code}`, "409 idempotency_key_reused", what);
  }
});

test("Q10 a key is its caller's own", async () => {
  const key = randomUUID();
  const mine = await api.call("POST /v1/chats", { body: { content: "x" }, ...keyed(key) });
  const other = await api.newKey();
  const theirs = await api.call("POST /v1/chats", { body: { content: "y" }, key: other.key, ...keyed(key) });
  assert.equal(theirs.status, 201);
  assert.notEqual(theirs.body.id, mine.body.id);
});

test("Q10 twins in flight get one answer, and one chat is made", async () => {
  const key = randomUUID();
  const before = await count("chats");
  const twins = await Promise.all(
    Array.from({ length: 8 }, () => api.call("POST /v1/chats", { body: { content: "x" }, ...keyed(key) })),
  );
  for (const twin of twins) assert.deepEqual(twin.body, twins[0]?.body);
  assert.equal(twins.filter((twin) => twin.headers.get("idempotency-replayed") === null).length, 1);
  assert.equal(await count("chats"), before + 1);
});

test("Q10 a twin waits for the one in flight, and acts itself when that one fails", async () => {
  const key = randomUUID();
  let twin: ReturnType<TestApi["call"]> | undefined;
  const failing = withTransaction(api.pool, async (tx) => {
    await tx.query("insert into idempotency_keys (user_id, key, request_sha256) values ($1, $2, 'x')", [
      api.ownerId,
      key,
    ]);
    twin = api.call("POST /v1/chats", { body: { content: "x" }, ...keyed(key) });
    for (;;) {
      const waiting = await api.pool.query(
        "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%idempotency_keys%'",
      );
      if (waiting.rows.length > 0) break;
    }
    throw new Error("this one fails");
  });
  await assert.rejects(failing, /this one fails/);
  assert.equal((await twin)?.status, 201);
});

test("Q10 every change of a chat honours the key, those without a body too", async () => {
  const { body: chat } = await api.call("POST /v1/chats", { body: { content: "x" } });
  const at = `/v1/chats/${chat.id}`;
  const queued = await api.call(`POST ${at}/messages`, { body: { content: "y" }, ...keyed("q-1") });
  const again = await api.call(`POST ${at}/messages`, { body: { content: "y" }, ...keyed("q-1") });
  assert.deepEqual(again.body, queued.body);
  const promote = `POST ${at}/queue/${queued.body.queued_message.id}/promote`;
  const promoted = await api.call(promote, keyed("q-2"));
  assert.equal(promoted.status, 200);
  assert.deepEqual((await api.call(promote, keyed("q-2"))).body, promoted.body);
  for (let i = 0; i < 2; i++) assert.equal((await api.call(`DELETE ${at}`, keyed("q-3"))).status, 204);
});

test("Q10 a refusal is not kept: the same key acts once the cause is gone", async () => {
  const small = await startTestApi({ queuedMessagesMax: 1 });
  try {
    const { body: chat } = await small.call("POST /v1/chats", { body: { content: "x" } });
    const send = `POST /v1/chats/${chat.id}/messages`;
    const { body: first } = await small.call(send, { body: { content: "1" } });
    const full = await small.call(send, { body: { content: "2" }, ...keyed("k") });
    assert.equal(`${full.status} ${full.body.code}`, "429 queue_full");
    await small.call(`DELETE /v1/chats/${chat.id}/queue/${first.queued_message.id}`);
    assert.equal((await small.call(send, { body: { content: "2" }, ...keyed("k") })).status, 200);
  } finally {
    await small.stop();
  }
});

test("Q10 after 24 hours a key is new again, and old ones are forgotten", async () => {
  const send = (content: string) => api.call("POST /v1/chats", { body: { content }, ...keyed("old") });
  await send("x");
  const age = "update idempotency_keys set created_at = now() - interval '25 hours' where key = 'old'";
  await api.pool.query(age);
  const renewed = await send("y");
  assert.equal(renewed.status, 201);
  assert.deepEqual((await send("y")).body, renewed.body);
  await api.pool.query(age);
  assert.equal(await purgeIdempotencyKeys(api.pool), 1);
});
