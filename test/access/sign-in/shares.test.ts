// Chats shared for reading, and tokens for one stream: who sees what, and for how long.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createParser } from "eventsource-parser";
import { chatEvents } from "../../../api/schemas/stream-events.ts";
import { revokeApiKey } from "../../../store/access/api-keys.ts";
import { startTestApi, type TestApi } from "../../support/api.ts";
import { checkEvent } from "../../support/reader/check-event.ts";
import { changeUser } from "./keep-out.ts";

/** Words of the owner's settings, which no reader may find anywhere. */
const SECRETS = ["Secret label", "secret-provider.example.com", "queued and secret"];

let api: TestApi;
const lines: string[] = [];

before(async () => {
  api = await startTestApi({ liveBus: "postgres", lingerMs: 0, onLog: (line) => lines.push(line) });
});

after(() => api.stop());

async function newChat(): Promise<string> {
  const body = { content: "Hello to all", labels: { kind: "Secret label" } };
  const { body: chat } = await api.call("POST /v1/chats", { body });
  return chat.id;
}

/** A chat whose turn has failed, with a message in its queue. */
async function failedChat(): Promise<string> {
  const id = await newChat();
  await api.call(`POST /v1/chats/${id}/messages`, { body: { content: "queued and secret" } });
  const error = {
    message: "secret-provider.example.com refused the key.",
    kind: "auth",
    provider: "openai",
    retryable: false,
    status_code: 401,
    detail: "secret-provider.example.com",
  };
  await api.pool.query(
    "update chats set status = 'error', last_error = $2, snapshot_version = snapshot_version + 1 where id = $1",
    [id, JSON.stringify(error)],
  );
  return id;
}

async function share(chatId: string, body: object): Promise<{ id: string; token: string; path: string }> {
  const made = await api.call(`POST /v1/chats/${chatId}/shares`, { body });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return made.body;
}

interface Stream {
  readonly status: number;
  readonly types: string[];
  readonly text: () => string;
  /** Resolves when an event of this type has come. */
  until(type: string): Promise<void>;
  /** Resolves when this has been told. */
  untilTold(words: string): Promise<void>;
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
  leave(): void;
}

async function openStream(path: string, key: string | null = null): Promise<Stream> {
  const abort = new AbortController();
  const answer = await fetch(`${api.url}${path}`, {
    signal: abort.signal,
    headers: key === null ? {} : { Authorization: `Bearer ${key}` },
  });
  const types: string[] = [];
  const watchers = new Set<() => void>();
  let text = "";
  const parser = createParser({
    onEvent({ event = "", data }) {
      checkEvent(chatEvents, event, JSON.parse(data));
      types.push(event);
      for (const look of watchers) look();
    },
  });
  const read = async () => {
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (answer.status === 200) parser.feed(chunk);
    }
  };
  const ended = read();
  ended.catch(() => undefined);
  const when = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (holds()) resolve();
      };
      watchers.add(look);
      look();
    });
  const until = (type: string) => when(() => types.includes(type));
  const untilTold = (words: string) => when(() => text.includes(words));
  return {
    status: answer.status,
    types,
    text: () => text,
    until,
    untilTold,
    ended,
    leave: () => abort.abort(),
  };
}

function assertTellsNothing(text: string): void {
  for (const secret of SECRETS) assert.equal(text.includes(secret), false, secret);
}

test("A10 whoever has the link reads transcript and stream, without a key, and nothing of the owner's settings", async () => {
  const id = await failedChat();
  const { path, token } = await share(id, { link: true });
  const read = await api.call(`GET ${path}`, { key: null });
  assert.equal(read.status, 200);
  assert.equal(read.body.messages[0].content[0].text, "Hello to all");
  assert.equal(read.body.chat.last_error.message, "The turn failed.");
  assertTellsNothing(JSON.stringify(read.body));
  const { messages } = read.body;
  assert.deepEqual([messages[0].created_by, messages[0].model_config_id], [null, null]);
  const stream = await openStream(`${path}/stream`);
  await stream.until("caught_up");
  assert.deepEqual(stream.types, [
    "history_reset",
    "chat",
    "messages",
    "queue_update",
    "status",
    "error",
    "caught_up",
  ]);
  assertTellsNothing(stream.text());
  // What happens later is told, too.
  await api.call(`PATCH /v1/chats/${id}`, { body: { title: "Now with a title" } });
  await stream.untilTold("Now with a title");
  assertTellsNothing(stream.text());
  stream.leave();
  const paged = await api.call(`GET ${path}?limit=1&after_id=${messages[0].id}`, { key: null });
  assert.deepEqual([paged.body.messages, paged.body.has_more], [[], false]);
  const { rows } = await api.pool.query("select * from chat_shares where chat_id = $1", [id]);
  assert.equal(JSON.stringify(rows).includes(token), false);
  assert.equal(lines.join("").includes(token), false, "a link in the log is a link given away");
});

test("A10 a shared chat is read by its users at its own address; they change nothing and see nothing else of it", async () => {
  const id = await failedChat();
  const reader = await api.newKey();
  const stranger = await api.newKey();
  await share(id, { user_id: reader.userId });
  const chat = await api.call(`GET /v1/chats/${id}`, { key: reader.key });
  const messages = await api.call(`GET /v1/chats/${id}/messages`, { key: reader.key });
  assert.deepEqual([chat.status, messages.status], [200, 200]);
  assert.deepEqual([chat.body.labels, messages.body.queued_messages], [{}, []]);
  assertTellsNothing(JSON.stringify([chat.body, messages.body]));
  const stream = await openStream(`/v1/chats/${id}/stream`, reader.key);
  await stream.until("caught_up");
  assertTellsNothing(stream.text());
  stream.leave();
  const { body: own } = await api.call(`GET /v1/chats/${id}`);
  assert.equal(own.labels.kind, "Secret label", "the owner sees all of it");
  const mine = await api.call("GET /v1/chats", { key: reader.key });
  assert.deepEqual(mine.body.items, []);
  const message = messages.body.messages[0].id;
  const one = await api.call(`GET /v1/chats/${id}/messages/${message}`, { key: reader.key });
  assert.deepEqual(one.body, messages.body.messages[0]);
  for (const [what, body] of [
    [`PATCH /v1/chats/${id}`, { title: "x" }],
    [`DELETE /v1/chats/${id}`],
    [`POST /v1/chats/${id}/messages`, { content: "x" }],
    [`PATCH /v1/chats/${id}/messages/${message}`, { content: "x" }],
    [`POST /v1/chats/${id}/interrupt`],
    [`POST /v1/chats/${id}/regenerate`],
    [`POST /v1/chats/${id}/compact`],
    [`POST /v1/chats/${id}/title`],
    [`GET /v1/chats/${id}/cost`],
    [`GET /v1/chats/${id}/turns`],
    [`GET /v1/chats/${id}/debug/runs`],
    [`GET /v1/chats/${id}/shares`],
    [`POST /v1/chats/${id}/shares`, { link: true }],
  ] as const) {
    const answer = await api.call(what, { key: reader.key, ...(body !== undefined && { body }) });
    assert.equal(`${answer.status} ${answer.body.code}`, "404 chat_not_found", what);
  }
  for (const path of [`/v1/chats/${id}`, `/v1/chats/${id}/messages`, `/v1/chats/${id}/stream`])
    assert.equal((await api.call(`GET ${path}`, { key: stranger.key })).status, 404);
});

test("A10 a reader's visit leaves the owner's read state as it is", async () => {
  const id = await newChat();
  const { path } = await share(id, { link: true });
  const readUpTo = async () =>
    (await api.pool.query("select last_read_message_id from chats where id = $1", [id])).rows[0];
  const before = await readUpTo();
  const stream = await openStream(`${path}/stream`);
  await stream.until("caught_up");
  stream.leave();
  const reader = await api.newKey();
  await share(id, { user_id: reader.userId });
  const theirs = await openStream(`/v1/chats/${id}/stream`, reader.key);
  await theirs.until("caught_up");
  theirs.leave();
  assert.deepEqual(await readUpTo(), before);
});

test("A10 a share that is taken back, or past its time, shows nothing any more, and its open streams end", async () => {
  const id = await newChat();
  const reader = await api.newKey();
  const link = await share(id, { link: true });
  const user = await share(id, { user_id: reader.userId });
  const streams = [
    await openStream(`${link.path}/stream`),
    await openStream(`/v1/chats/${id}/stream`, reader.key),
  ];
  const owner = await openStream(`/v1/chats/${id}/stream`, api.key);
  for (const each of [...streams, owner]) await each.until("caught_up");
  for (const [i, { id: shareId }] of [link, user].entries()) {
    assert.equal((await api.call(`DELETE /v1/chats/${id}/shares/${shareId}`)).status, 204);
    await streams[i]?.ended;
  }
  assert.equal(`${(await api.call(`GET ${link.path}`, { key: null })).body.code}`, "share_not_found");
  assert.equal((await api.call(`GET ${link.path}/stream`, { key: null })).status, 404);
  assert.equal((await api.call(`GET /v1/chats/${id}`, { key: reader.key })).status, 404);
  assert.equal((await api.call(`DELETE /v1/chats/${id}/shares/${link.id}`)).body.code, "share_not_found");
  const brief = await share(id, { link: true, expires_at: "2999-01-01T00:00:00.000Z" });
  const last = await openStream(`${brief.path}/stream`);
  await last.until("caught_up");
  await api.pool.query("update chat_shares set expires_at = now() where id = $1", [brief.id]);
  await api.streams.recheck();
  await last.ended;
  assert.equal((await api.call(`GET ${brief.path}`, { key: null })).status, 404);
  await owner.until("caught_up");
  owner.leave();
});

test("A9 shares of a suspended owner and with a suspended reader show nothing while that lasts", async () => {
  const owner = await api.newKey();
  const reader = await api.newKey();
  const { body: chat } = await api.call("POST /v1/chats", { key: owner.key, body: { content: "hello" } });
  const shares = `POST /v1/chats/${chat.id}/shares`;
  const { body: link } = await api.call(shares, { key: owner.key, body: { link: true } });
  await api.call(shares, { key: owner.key, body: { user_id: reader.userId } });
  const suspend = (userId: string, suspended: boolean) =>
    changeUser(api, userId, suspended ? "suspended_at = now()" : "suspended_at = null");
  const seen = async () => [
    (await api.call(`GET ${link.path}`, { key: null })).status,
    (await api.call(`GET /v1/chats/${chat.id}`, { key: reader.key })).status,
  ];
  assert.deepEqual(await seen(), [200, 200]);
  await suspend(owner.userId, true);
  assert.deepEqual(await seen(), [404, 404]);
  await suspend(owner.userId, false);
  await suspend(reader.userId, true);
  assert.deepEqual(await seen(), [200, 401]);
  await suspend(reader.userId, false);
  assert.deepEqual(await seen(), [200, 200]);
  assert.equal((await api.call(`DELETE /v1/chats/${chat.id}`, { key: owner.key })).status, 204);
  assert.deepEqual(await seen(), [404, 404]);
});

test("A10 shares are made by owners, listed without their tokens, limited, and noted in the audit log", async () => {
  const id = await newChat();
  const { userId } = await api.newKey();
  const refused = async (body: object) => {
    const { status, body: problem } = await api.call(`POST /v1/chats/${id}/shares`, { body });
    return `${status} ${problem.code}`;
  };
  assert.equal(await refused({}), "400 invalid_request");
  assert.equal(await refused({ link: false }), "400 invalid_request");
  assert.equal(await refused({ link: true, user_id: userId }), "400 invalid_request");
  assert.equal(await refused({ link: true, expires_at: "2020-01-01T00:00:00Z" }), "400 invalid_request");
  assert.equal(await refused({ user_id: api.ownerId }), "404 user_not_found");
  assert.equal(await refused({ user_id: "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a" }), "404 user_not_found");
  const first = await share(id, { user_id: userId });
  const again = await share(id, { user_id: userId, expires_at: "2999-01-01T00:00:00.000Z" });
  assert.equal(again.id, first.id, "one share with a user");
  const link = await share(id, { link: true });
  const { body: list } = await api.call(`GET /v1/chats/${id}/shares`);
  assert.deepEqual(
    list.items.map((each: { id: string; expires_at: string | null }) => [each.id, each.expires_at]),
    [
      [link.id, null],
      [first.id, "2999-01-01T00:00:00.000Z"],
    ],
  );
  assert.equal(JSON.stringify(list).includes(link.token), false);
  await api.pool.query(
    `insert into chat_shares (id, chat_id, sha256, created_by)
     select gen_random_uuid(), $1, gen_random_uuid()::text, $2 from generate_series(1, 98)`,
    [id, api.ownerId],
  );
  assert.equal(await refused({ link: true }), "409 too_many");
  const { rows } = await api.pool.query(
    "select action, actor_user_id, actor_kind, detail from audit_log where target_id = $1",
    [link.id],
  );
  const detail = { chat_id: id, user_id: null, expires_at: null };
  assert.deepEqual(rows, [{ action: "share.create", actor_user_id: api.ownerId, actor_kind: "key", detail }]);
});

test("A10 links that nobody has made lead nowhere, whatever they look like", async () => {
  for (const token of ["x", "a".repeat(43), "..%2f..%2fv1", "%00", "a".repeat(5_000)]) {
    for (const path of [`/shared/${token}`, `/shared/${token}/stream`]) {
      const { status, body } = await api.call(`GET ${path}`, { key: null });
      assert.equal(`${status} ${body.code}`, "404 share_not_found", path);
    }
  }
});

test("A7 a stream token opens its chat's stream without a header, and nothing else", async () => {
  const id = await newChat();
  const other = await newChat();
  const { status, body } = await api.call(`POST /v1/chats/${id}/stream-token`);
  assert.equal(status, 200);
  const query = `?token=${encodeURIComponent(body.token)}`;
  const stream = await openStream(`/v1/chats/${id}/stream${query}`);
  await stream.until("caught_up");
  stream.leave();
  for (const path of [
    `/v1/chats/${other}/stream${query}`,
    `/v1/chats/${id}${query}`,
    `/v1/chats/${id}/messages${query}`,
    `/v1/me${query}`,
    `/v1/chats/${id}/stream?token=${encodeURIComponent(`${body.token.slice(0, -4)}AAAA`)}`,
    `/v1/chats/${id}/stream?token=`,
    `/v1/chats/${id}/stream${query}&token=x`,
  ]) {
    const answer = await openStream(path);
    await answer.ended;
    assert.equal(answer.status, 401, path);
    assert.equal(JSON.parse(answer.text()).code, "unauthenticated", path);
  }
  const posted = await fetch(`${api.url}/v1/chats/${id}/interrupt${query}`, { method: "POST" });
  assert.equal(posted.status, 401);
  const stranger = await api.newKey();
  assert.equal((await api.call(`POST /v1/chats/${id}/stream-token`, { key: stranger.key })).status, 404);
  assert.equal(lines.join("").includes(body.token), false, "no token is in the log");
});

test("A7 a stream token is for a minute; the stream stays until whoever made it loses the right to it", async () => {
  const key = await api.newKey();
  const { body: chat } = await api.call("POST /v1/chats", { key: key.key, body: { content: "hello" } });
  const { body } = await api.call(`POST /v1/chats/${chat.id}/stream-token`, { key: key.key });
  const left = Date.parse(body.expires_at) - Date.now();
  assert.ok(left > 0 && left <= 60_000);
  const path = `/v1/chats/${chat.id}/stream?token=${encodeURIComponent(body.token)}`;
  const stream = await openStream(path);
  await stream.until("caught_up");
  await api.streams.recheck();
  assert.equal(api.streams.size > 0, true);
  await revokeApiKey(api.pool, key.keyId);
  await api.streams.recheck();
  await stream.ended;
  const again = await openStream(path);
  await again.ended;
  assert.equal(again.status, 401, "not even within the minute");
});

test("A7 a stream token that is a minute old opens nothing", async () => {
  let nowMs = Date.now();
  const later = await startTestApi({ databaseUrl: api.databaseUrl, now: () => nowMs });
  try {
    const { body: chat } = await later.call("POST /v1/chats", { body: { content: "hello" } });
    const { body } = await later.call(`POST /v1/chats/${chat.id}/stream-token`);
    nowMs += 60_001;
    const answer = await later.call(
      `GET /v1/chats/${chat.id}/stream?token=${encodeURIComponent(body.token)}`,
      {
        key: null,
      },
    );
    assert.equal(answer.status, 401);
  } finally {
    await later.stop();
  }
});

test("A10 a stream token of a reader ends with the share", async () => {
  const id = await newChat();
  const reader = await api.newKey();
  const { id: shareId } = await share(id, { user_id: reader.userId });
  const { body } = await api.call(`POST /v1/chats/${id}/stream-token`, { key: reader.key });
  const stream = await openStream(`/v1/chats/${id}/stream?token=${encodeURIComponent(body.token)}`);
  await stream.until("caught_up");
  assertTellsNothing(stream.text());
  await api.call(`DELETE /v1/chats/${id}/shares/${shareId}`);
  await stream.ended;
});
