// Upload, download, use in messages and deletion of files over HTTP.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { PURGES } from "../../store/chat/departure/purge.ts";
import { startTestApi, type TestApi } from "../support/api.ts";
import { onePdf, onePng } from "../support/odd/file-bytes.ts";
import { soon } from "../support/soon.ts";

const MIB = 1024 ** 2;

let api: TestApi;

before(async () => {
  api = await startTestApi();
});

after(() => api.stop());

async function upload(text: string | Uint8Array, type: string, more: { name?: string; key?: string } = {}) {
  const query = more.name === undefined ? "" : `?name=${encodeURIComponent(more.name)}`;
  const headers = { "Content-Type": type };
  return api.call(`POST /v1/files${query}`, {
    text,
    headers,
    ...(more.key !== undefined && { key: more.key }),
  });
}

async function uploaded(
  text: string | Uint8Array,
  type = "text/plain",
  more: { name?: string; key?: string } = {},
) {
  const { status, body } = await upload(text, type, more);
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

async function download(path: string, key: string | null = api.key) {
  const headers = key === null ? {} : { Authorization: `Bearer ${key}` };
  const response = await fetch(api.url + path, { headers });
  return {
    status: response.status,
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}

async function newChat(content: unknown, key = api.key) {
  const { status, body } = await api.call("POST /v1/chats", { body: { content }, key });
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

const filePart = (file: { id: string }) => ({ type: "file", file_id: file.id });

async function codeOf(called: Promise<{ status: number; body: { code?: string } }>): Promise<string> {
  const { status, body } = await called;
  return `${status} ${body.code ?? ""}`.trim();
}

async function filesLeft(): Promise<string[]> {
  const { rows } = await api.pool.query<{ id: string }>("select id from files order by id");
  return rows.map(({ id }) => id);
}

test("C5 an uploaded file comes back as it was: the same bytes, its type, as an attachment that no browser guesses at", async () => {
  const bytes = Buffer.concat([onePng, randomBytes(700_000), Buffer.from("IEND")]);
  const file = await uploaded(bytes, "image/png", { name: "Plän 1.png" });
  assert.deepEqual([file.name, file.media_type, file.size], ["Plän 1.png", "image/png", bytes.length]);
  assert.equal(file.sha256, createHash("sha256").update(bytes).digest("hex"));
  const got = await download(file.links.self);
  assert.ok(got.bytes.equals(bytes));
  assert.equal(got.headers.get("content-type"), "image/png");
  assert.equal(got.headers.get("x-content-type-options"), "nosniff");
  assert.match(
    got.headers.get("content-disposition") ?? "",
    /^attachment; .*filename\*=UTF-8''Pl%C3%A4n%201\.png/,
  );
  const head = await api.call(`HEAD ${file.links.self}`);
  assert.deepEqual([head.status, head.headers.get("content-length")], [200, String(bytes.length)]);
});

test("C5 each type is taken under its usual names, and a file without a name gets one", async () => {
  const pdf = await uploaded(onePdf, "application/pdf");
  assert.equal(pdf.name, "file.pdf");
  assert.equal((await uploaded("a,b\n1,2\n", "text/csv; charset=utf-8")).media_type, "text/csv");
  assert.equal((await uploaded("# Hi", "text/x-markdown")).media_type, "text/markdown");
  assert.equal((await uploaded('\ufeff {"a":1}', "application/json")).media_type, "application/json");
});

test("C5 bytes that are not what they say are refused in words, and nothing of them stays", async () => {
  const before = await filesLeft();
  for (const [text, type, words] of [
    [onePng, "image/jpeg", /declared as image\/jpeg, but its bytes are image\/png/],
    [onePng, "text/plain", /image\/png|NUL|UTF-8/],
    ["hello", "image/png", /no such file/],
    [onePdf, "text/plain", /application\/pdf/],
    ["hello", "application/json", /does not begin as JSON/],
    [Buffer.from([0x68, 0xff, 0xfe]), "text/plain", /not UTF-8/],
    ["a\0b", "text/csv", /NUL/],
    ["", "text/plain", /empty/],
    ["", "application/pdf", /empty/],
    ["%PDF-1.7\n%%EOF", "application/pdf", /not complete/],
    [onePdf.subarray(0, -30), "application/pdf", /not complete/],
  ] as const) {
    const { status, body } = await upload(text, type);
    assert.deepEqual([status, body.code], [400, "file_refused"], `${type}: ${JSON.stringify(body)}`);
    assert.match(body.detail, words);
  }
  assert.equal(await codeOf(upload("<svg/>", "image/svg+xml")), "415 unsupported_media_type");
  assert.equal(await codeOf(upload("a", "application/octet-stream")), "415 unsupported_media_type");
  assert.equal(await codeOf(upload("a", "text/plain; charset=utf-16le")), "415 unsupported_media_type");
  assert.deepEqual(await filesLeft(), before);
});

test("C5 a file has at most 10 MiB, whether its length is said before or not", async () => {
  const largest = Buffer.alloc(10 * MIB, "a");
  const file = await uploaded(largest);
  assert.equal((await download(file.links.self)).bytes.length, 10 * MIB);
  const before = await filesLeft();
  assert.equal(await codeOf(upload(Buffer.alloc(10 * MIB + 1, "a"), "text/plain")), "413 body_too_large");
  const chunked = await new Promise<number>((resolve, reject) => {
    const headers = { authorization: `Bearer ${api.key}`, "content-type": "text/plain" };
    const sent = request(`${api.url}/v1/files`, { method: "POST", headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on("error", reject);
    sent.end(Buffer.alloc(10 * MIB + 1, "a"));
  });
  assert.equal(chunked, 413);
  assert.deepEqual(await filesLeft(), before);
});

test("C5 an upload that is cut in the middle leaves nothing", async () => {
  const before = await filesLeft();
  const headers = {
    authorization: `Bearer ${api.key}`,
    "content-type": "text/plain",
    "content-length": "2000000",
  };
  const sent = request(`${api.url}/v1/files`, { method: "POST", headers });
  sent.on("error", () => undefined);
  sent.write(Buffer.alloc(MIB, "a"));
  await soon("some of it is kept", async () => {
    const { rows } = await api.pool.query(
      "select 1 from file_pieces p join files f on f.id = p.file_id where f.ready_at is null",
    );
    return rows.length > 0;
  });
  sent.destroy();
  await soon("nothing is left", async () => (await filesLeft()).length === before.length);
});

test("C5 what a process that died had begun to upload goes with the next purge", async () => {
  const { rows } = await api.pool.query<{ id: string }>(
    `insert into files (id, owner_id, name, media_type, origin, last_used_at)
     values (gen_random_uuid(), $1, 'half.txt', 'text/plain', 'upload', now() - interval '61 minutes') returning id`,
    [api.ownerId],
  );
  await PURGES["files that no message names"]?.(api.pool);
  assert.ok(!(await filesLeft()).includes(rows[0]?.id ?? ""));
});

test("C5 names with separators or control characters are refused with the path of the fault", async () => {
  for (const name of ["a/b.txt", "..", "a\\b", "a\nb", "\u202etxt.exe", ""]) {
    const { status, body } = await upload("a", "text/plain", { name });
    assert.deepEqual(
      [status, body.code, body.errors[0].path],
      [400, "invalid_request", "name"],
      JSON.stringify(name),
    );
  }
});

test("C5 a message names files by id; their type and name are the server's, and they are listed, newest first", async () => {
  const file = await uploaded("a,b\n", "text/csv", { name: "table.csv" });
  const content = [
    { type: "text", text: "see" },
    { ...filePart(file), name: "other.exe", media_type: "text/html" },
  ];
  const chat = await newChat(content);
  const { messages } = (await api.call(`GET /v1/chats/${chat.id}/messages`)).body;
  assert.deepEqual(messages[0].content[1], {
    type: "file",
    file_id: file.id,
    media_type: "text/csv",
    name: "table.csv",
  });
  const listed = (await api.call("GET /v1/files?limit=1")).body;
  assert.equal(listed.items[0].id, file.id);
  assert.ok((await api.call(`GET /v1/files?limit=1&after=${listed.next_cursor}`)).body.items[0].id < file.id);
});

test("C5 files of others cannot be read, deleted or sent: 404, as if they were not there", async () => {
  const other = await api.newKey();
  const file = await uploaded("secret", "text/plain", { key: other.key });
  assert.equal((await download(file.links.self)).status, 404);
  assert.equal(await codeOf(api.call(`DELETE ${file.links.self}`)), "404 file_not_found");
  const sent = await api.call("POST /v1/chats", { body: { content: [filePart(file)] } });
  assert.deepEqual(
    [sent.status, sent.body.code, sent.body.errors[0].path],
    [404, "file_not_found", "content[0].file_id"],
  );
  const chat = await newChat("hello");
  const body = { content: [filePart(file)] };
  assert.equal(await codeOf(api.call(`POST /v1/chats/${chat.id}/messages`, { body })), "404 file_not_found");
  assert.equal((await download(file.links.self, other.key)).bytes.toString(), "secret");
});

test("C5 A10 with whom a chat is shared may load the files that its messages show, and no others", async () => {
  const reader = await api.newKey();
  const shown = await uploaded("shown");
  const hidden = await uploaded("hidden");
  const chat = await newChat([filePart(shown)]);
  await newChat([filePart(hidden)]);
  assert.equal((await download(shown.links.self, reader.key)).status, 404);
  await api.call(`POST /v1/chats/${chat.id}/shares`, { body: { user_id: reader.userId } });
  const link = (await api.call(`POST /v1/chats/${chat.id}/shares`, { body: { link: true } })).body;
  assert.equal((await download(shown.links.self, reader.key)).bytes.toString(), "shown");
  assert.equal((await download(`${link.path}/files/${shown.id}`, null)).bytes.toString(), "shown");
  assert.equal((await download(hidden.links.self, reader.key)).status, 404);
  assert.equal((await download(`${link.path}/files/${hidden.id}`, null)).status, 404);
  assert.equal(
    await codeOf(api.call(`DELETE ${shown.links.self}`, { key: reader.key })),
    "404 file_not_found",
  );
  await api.call(`DELETE /v1/chats/${chat.id}/shares/${link.id}`);
  assert.equal((await download(`${link.path}/files/${shown.id}`, null)).status, 404);
});

test("C5 a chat takes 50 files; what an edit replaces does not count", async () => {
  const files = await Promise.all(Array.from({ length: 51 }, (_, i) => uploaded(`file ${i}`)));
  const chat = await newChat(files.slice(0, 30).map(filePart));
  const send = (some: { id: string }[]) =>
    api.call(`POST /v1/chats/${chat.id}/messages`, { body: { content: some.map(filePart) } });
  assert.equal((await send(files.slice(25, 50))).status, 200);
  assert.equal(await codeOf(send(files.slice(50))), "409 too_many_files");
  assert.equal((await send(files.slice(0, 5))).status, 200, "named again they are no more");
  const { messages, queued_messages } = (await api.call(`GET /v1/chats/${chat.id}/messages`)).body;
  const body = { content: files.slice(50).map(filePart) };
  const queued = `/v1/chats/${chat.id}/queue/${queued_messages[0].id}`;
  assert.equal((await api.call(`PATCH ${queued}`, { body })).status, 200);
  const first = messages.at(-1);
  const edited = await api.call(`PATCH /v1/chats/${chat.id}/messages/${first.id}`, {
    body: { content: files.slice(0, 50).map(filePart) },
  });
  assert.equal(edited.status, 200, JSON.stringify(edited.body));
});

test("C5 a user's files have so much room together; deleting makes room, and unused ones go by themselves", async () => {
  const small = await startTestApi({ fileBytesPerUserMax: 1_000, databaseUrl: api.databaseUrl });
  const { key } = await api.newKey();
  const put = (length: number) =>
    small.call("POST /v1/files", {
      text: "a".repeat(length),
      headers: { "Content-Type": "text/plain" },
      key,
    });
  try {
    const first = (await put(600)).body;
    assert.equal(await codeOf(put(401)), "409 file_quota_reached");
    assert.equal((await put(400)).status, 201);
    assert.equal(await codeOf(put(1)), "409 file_quota_reached");
    assert.equal((await small.call(`DELETE ${first.links.self}`, { key })).status, 204);
    const ends = await Promise.all([put(400), put(400), put(400)]);
    assert.deepEqual(
      ends.map(({ status }) => status).sort((a, b) => a - b),
      [201, 409, 409],
      "those that end together count each other",
    );
  } finally {
    await small.stop();
  }
});

test("C5 a file that no message names goes a day later; one that is named stays", async () => {
  const named = await uploaded("named");
  const unnamed = await uploaded("unnamed");
  const fresh = await uploaded("fresh");
  await newChat([filePart(named)]);
  await api.pool.query("update files set last_used_at = now() - interval '25 hours' where id = any($1)", [
    [named.id, unnamed.id],
  ]);
  await PURGES["files that no message names"]?.(api.pool);
  const left = await filesLeft();
  assert.deepEqual(
    [named, unnamed, fresh].map(({ id }) => left.includes(id)),
    [true, false, true],
  );
});

test("C5 E1 a message that was edited away keeps its files as long as itself", async () => {
  const file = await uploaded("cut");
  const chat = await newChat([filePart(file)]);
  const { messages } = (await api.call(`GET /v1/chats/${chat.id}/messages`)).body;
  await api.call(`PATCH /v1/chats/${chat.id}/messages/${messages[0].id}`, { body: { content: "without" } });
  await api.pool.query("update files set last_used_at = now() - interval '25 hours' where id = $1", [
    file.id,
  ]);
  await PURGES["files that no message names"]?.(api.pool);
  assert.ok((await filesLeft()).includes(file.id));
  await api.pool.query(
    "update messages set deleted_at = now() - interval '31 days' where deleted_at is not null",
  );
  await PURGES["messages deleted long ago"]?.(api.pool);
  await PURGES["files that no message names"]?.(api.pool);
  assert.ok(!(await filesLeft()).includes(file.id));
});

test("C5 a deleted chat takes along the files that no other chat names", async () => {
  const own = await uploaded("own");
  const both = await uploaded("both");
  const chat = await newChat([filePart(own), filePart(both)]);
  await newChat([filePart(both)]);
  await api.call(`DELETE /v1/chats/${chat.id}`);
  const left = await filesLeft();
  assert.deepEqual(
    [own, both].map(({ id }) => left.includes(id)),
    [false, true],
  );
});

test("C5 E6 a fork keeps the files of its messages when the chat that it came from is deleted", async () => {
  const file = await uploaded("forked");
  const chat = await newChat([filePart(file)]);
  const fork = (await api.call(`POST /v1/chats/${chat.id}/fork`, { body: {} })).body;
  await api.call(`DELETE /v1/chats/${chat.id}`);
  assert.ok((await filesLeft()).includes(file.id));
  await api.call(`DELETE /v1/chats/${fork.id}`);
  assert.ok(!(await filesLeft()).includes(file.id));
});

test("C5 AI SDK clients send files by our address, post them again safely, and get them back as file parts", async () => {
  const file = await uploaded("a,b", "text/csv", { name: "t.csv" });
  const post = async (url: string) => {
    const parts = [{ type: "file", mediaType: "text/plain", filename: "x", url }];
    const body = JSON.stringify({ id: "with-file", messages: [{ id: "m1", role: "user", parts }] });
    const headers = { Authorization: `Bearer ${api.key}`, "Content-Type": "application/json" };
    const leave = new AbortController();
    const answer = await fetch(`${api.url}/ai-sdk/chat`, {
      method: "POST",
      headers,
      body,
      signal: leave.signal,
    });
    leave.abort();
    return answer.status;
  };
  assert.equal(await post("data:text/csv;base64,YSxi"), 400);
  assert.equal(await post(`/v1/files/${file.id}`), 200);
  assert.equal(await post(`https://chat.example/v1/files/${file.id}`), 200);
  const { body } = await api.call("GET /ai-sdk/chat/with-file/messages");
  assert.equal(body.length, 1);
  const part = { type: "file", mediaType: "text/csv", filename: "t.csv", url: `/v1/files/${file.id}` };
  assert.deepEqual(body[0].parts, [part]);
});

test("C5 a queued message that goes leaves no trace of its files; one that waits keeps them", async () => {
  const file = await uploaded("queued");
  const chat = await newChat("hello");
  const path = `/v1/chats/${chat.id}/messages`;
  const { queued_message } = (await api.call(`POST ${path}`, { body: { content: [filePart(file)] } })).body;
  const names = async () =>
    (await api.pool.query("select 1 from message_files where file_id = $1", [file.id])).rows.length;
  assert.equal(await names(), 1);
  await api.call(`DELETE /v1/chats/${chat.id}/queue/${queued_message.id}`);
  assert.equal(await names(), 0);
});

test("C5 A9 a deleted user's files go, or go with the chats to whoever gets those", async () => {
  const heir = await api.newKey();
  const leaving = await api.newKey();
  const named = await uploaded("named", "text/plain", { key: leaving.key });
  const loose = await uploaded("loose", "text/plain", { key: leaving.key });
  await newChat([filePart(named)], leaving.key);
  await api.call(`DELETE /v1/users/${leaving.userId}?chats=transfer&to=${heir.userId}`);
  await soon("the heir has it", async () => (await download(named.links.self, heir.key)).status === 200);
  await soon("what no chat names is gone", async () => !(await filesLeft()).includes(loose.id));
});
