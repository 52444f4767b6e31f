// Tests: which chats name a file, when chats are forked, deleted and written to at the same time, on a real database.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { FilePart } from "../../../core/part/part.ts";
import { deleteChat } from "../../../store/chat/delete-chat.ts";
import { forkChat } from "../../../store/chat/fork-chat.ts";
import { sendMessage } from "../../../store/chat/send-message.ts";
import { inUnit } from "../../../store/unit.ts";
import { createTestDatabase } from "../../support/database.ts";
import { soon } from "../../support/soon.ts";
import { anIdleChat, openStore, TestChat, type TestStore, text, toolCall } from "../../support/turn/chats.ts";

let store: TestStore;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
before(async () => {
  database = await createTestDatabase();
  store = await openStore(database.url);
});
after(async () => {
  await store.pool.end();
  await database.drop();
});

async function aFile(): Promise<FilePart> {
  const file_id = randomUUID();
  await store.pool.query(
    `insert into files (id, owner_id, name, media_type, size, sha256, origin, ready_at)
     values ($1, $2, 'a.txt', 'text/plain', 1, 'x', 'upload', now())`,
    [file_id, store.userId],
  );
  return { type: "file", file_id, media_type: "text/plain", name: "a.txt" };
}

function isThere({ file_id }: FilePart) {
  return store.pool
    .query("select from files where id = $1", [file_id])
    .then(({ rowCount }) => rowCount === 1);
}

/** Takes the message, and then waits for `beforeCommit`. */
async function sendFile(chat: TestChat, file: FilePart, beforeCommit = async () => {}): Promise<void> {
  await inUnit(store, async (unit) => {
    await sendMessage(unit, {
      chat_id: chat.id,
      owner_id: store.userId,
      content: [file],
      busy_behavior: "queue",
      created_by: store.userId,
    });
    await beforeCommit();
  });
}

test("C5 E6 a fork names the files of its own messages, those of tools included, and no others", async () => {
  const [early, made, late] = await Promise.all([aFile(), aFile(), aFile()]);
  const source = await anIdleChat(store);
  await sendFile(source, early);
  await source.answer([toolCall("c1")], { finish_reason: "tool_calls" });
  await store.pool.query(
    `insert into tool_executions (chat_id, tool_call_id, tool_name, attempts, finished_at, result, is_error, files)
     values ($1, 'c1', 'echo', 1, now(), '{}', false, $2)`,
    [source.id, JSON.stringify([made])],
  );
  await source.settle({ type: "tools-done" });
  // The words of a message name no file.
  await source.answer(text(`see ${late.file_id}`));
  const until = (await source.history()).at(-1)?.id ?? 0;
  await sendFile(source, late);
  const id = randomUUID();
  const input = { id, chat_id: source.id, owner_id: store.userId, title: () => "forked", message_id: until };
  await inUnit(store, (unit) => forkChat(unit, input));
  const history = await new TestChat(store, id).history();
  const { rows } = await store.pool.query<{ message_id: number; file_id: string }>(
    "select message_id, file_id from message_files where chat_id = $1 order by message_id",
    [id],
  );
  assert.deepEqual(rows, [
    { message_id: history[2]?.id, file_id: early.file_id },
    { message_id: history[4]?.id, file_id: made.file_id },
  ]);
});

test("C5 a file that one chat is sent while another one with it is deleted stays", async () => {
  const file = await aFile();
  const [old, other] = [await anIdleChat(store), await anIdleChat(store)];
  await sendFile(old, file);
  const waits = () =>
    store.pool
      .query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%files%'",
      )
      .then(({ rowCount }) => rowCount === 1);
  let deletion = Promise.resolve();
  await sendFile(other, file, async () => {
    deletion = inUnit(store, (unit) => deleteChat(unit, { chat_id: old.id, owner_id: store.userId })).then(
      () => undefined,
    );
    await soon("the deletion waits for the file", waits);
  });
  await deletion;
  assert.equal(await isThere(file), true);
  await inUnit(store, (unit) => deleteChat(unit, { chat_id: other.id, owner_id: store.userId }));
  assert.equal(await isThere(file), false);
});
