// Tests: when a turn's end promises a description, and which descriptions come too late, on a real database.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { patchChat } from "../../store/chat/patch-chat.ts";
import {
  readOpening,
  readTurn,
  writeModelTitle,
  writeTurnSummary,
} from "../../store/description/describe-chat.ts";
import { type DescribeRequest, leaseOutboxRows } from "../../store/outbox/outbox.ts";
import { inUnit } from "../../store/unit.ts";
import { createTestDatabase } from "../support/database.ts";
import { aChat, openStore, type TestChat, type TestStore, text, toolCall } from "../support/turn/chats.ts";

let quiet: TestStore;
let store: TestStore;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
before(async () => {
  database = await createTestDatabase();
  quiet = await openStore(database.url);
  store = { ...quiet, describes: { titles: true, summaries: true } };
});
after(async () => {
  await quiet.pool.end();
  await database.drop();
});

/** What the chat's turns have promised, oldest first: `title+summary`, `summary`. */
async function promised(chat: TestChat): Promise<string[]> {
  const { rows } = await quiet.pool.query<{ payload: { describe: DescribeRequest } }>(
    "select payload from outbox where chat_id = $1 and kind = 'describe' order by id",
    [chat.id],
  );
  return rows.map(({ payload: { describe } }) =>
    [...(describe.title_version === null ? [] : ["title"]), ...(describe.summary ? ["summary"] : [])].join(
      "+",
    ),
  );
}

async function anAnsweredChat(of: TestStore, first = "hello"): Promise<TestChat> {
  const chat = await aChat(of, first);
  await chat.answer(text("hi"));
  return chat;
}

function rename(chat: TestChat, title: string) {
  return inUnit(quiet, (unit) => patchChat(unit, { chat_id: chat.id, owner_id: null, title }));
}

test("M1 M2 the first turn promises a title, and every turn a summary", async () => {
  const chat = await anAnsweredChat(store);
  await chat.send("more");
  await chat.answer(text("there you are"));
  assert.deepEqual(await promised(chat), ["title+summary", "summary"]);
});

test("M1 M2 what is switched off is not promised", async () => {
  const silent = await anAnsweredChat(quiet);
  assert.deepEqual(await promised(silent), []);
  const titles = await anAnsweredChat({ ...quiet, describes: { titles: true, summaries: false } });
  await titles.send("more");
  await titles.answer(text("there you are"));
  assert.deepEqual(await promised(titles), ["title"]);
  const summaries = await anAnsweredChat({ ...quiet, describes: { titles: false, summaries: true } });
  assert.deepEqual(await promised(summaries), ["summary"]);
});

test("M1 a title of the user's own is not replaced", async () => {
  const chat = await aChat(store);
  await rename(chat, "Mine");
  await chat.answer(text("hi"));
  assert.deepEqual(await promised(chat), ["summary"]);
});

test("M1 a turn that goes on after its tools is one turn, and an interrupted one is described too", async () => {
  const chat = await aChat(store);
  await chat.answer([toolCall("c1")], { finish_reason: "tool_calls" });
  assert.deepEqual(await promised(chat), []);
  await chat.interrupt();
  await chat.settle({ type: "interrupted", answer: null });
  assert.deepEqual(await promised(chat), ["title+summary"]);
});

test("M1 a turn that ended in an error promises nothing, and the first that is answered after it a title", async () => {
  const chat = await aChat(store);
  await chat.fail();
  assert.deepEqual(await promised(chat), []);
  await chat.send("again");
  await chat.answer(text("hi"));
  assert.deepEqual(await promised(chat), ["title+summary"]);
});

test("M1 a turn that ends again, after a compaction, promises no other title", async () => {
  const chat = await anAnsweredChat(store);
  const { title_version } = await chat.row();
  const title = { chat_id: chat.id, title_version, title: "Greetings" };
  await inUnit(store, (unit) => writeModelTitle(unit, title));
  await quiet.pool.query("update chats set status = 'running' where id = $1", [chat.id]);
  await chat.settle({ type: "tools-done" });
  assert.deepEqual(await promised(chat), ["title+summary", "summary"]);
});

test("M1 an edit of the first message makes another first turn", async () => {
  const chat = await anAnsweredChat(store);
  const [first] = await chat.history();
  await chat.edit(first?.id ?? 0, "something else");
  await chat.answer(text("well"));
  assert.deepEqual(await promised(chat), ["title+summary", "title+summary"]);
});

test("M2 the end of a turn that begins a queued one promises the summary of the one that ended", async () => {
  const chat = await aChat(store);
  const turn = (await chat.row()).current_turn_id;
  await chat.send("next");
  await chat.answer(text("hi"));
  const { rows } = await quiet.pool.query<{ turn_id: number }>(
    "select (payload->>'turn_id')::int as turn_id from outbox where chat_id = $1 and kind = 'describe'",
    [chat.id],
  );
  assert.deepEqual(rows, [{ turn_id: turn }]);
});

test("M2 no turn waits behind descriptions: the relay leases them apart", async () => {
  await quiet.pool.query("delete from outbox");
  await anAnsweredChat(store);
  await quiet.pool.query("update outbox set not_before = now()");
  const kinds = async (of: "turns" | "descriptions") =>
    (await leaseOutboxRows(quiet.pool, of)).map(({ kind }) => kind);
  assert.deepEqual(await kinds("turns"), ["start"]);
  assert.deepEqual(await kinds("descriptions"), ["describe"]);
});

test("M1 a title comes in the place of the one it was asked to replace, and of no other", async () => {
  const chat = await anAnsweredChat(store);
  const write = async (title_version: number, title: string) => {
    const input = { chat_id: chat.id, title_version, title };
    return (await inUnit(quiet, (unit) => writeModelTitle(unit, input))).result;
  };
  const before = await chat.row();
  assert.equal(await write(0, "Greetings"), true);
  const titled = await chat.row();
  assert.deepEqual([titled.title, titled.title_by_user], ["Greetings", false]);
  assert.equal(titled.snapshot_version, before.snapshot_version + 1);
  assert.equal(titled.history_version, before.history_version);
  assert.equal(await write(0, "Greetings again"), false);
  await rename(chat, "Mine");
  assert.equal(await write(titled.title_version, "Too late"), false);
  assert.equal((await chat.row()).title, "Mine");
});

test("M2 a summary never takes the place of that of the same or a later turn, or of a turn that was cut away", async () => {
  const chat = await anAnsweredChat(store);
  const write = async (turn_id: number | null, summary: string) => {
    const input = { chat_id: chat.id, turn_id: turn_id ?? 0, summary };
    return (await inUnit(quiet, (unit) => writeTurnSummary(unit, input))).result;
  };
  const first = (await chat.row()).current_turn_id;
  await chat.send("more");
  const second = (await chat.row()).current_turn_id;
  assert.equal(await write(first, "Said hello"), true);
  assert.equal(await write(second, "Said more"), true);
  assert.equal(await write(second, "Said more again"), false);
  assert.equal(await write(first, "Said hello late"), false);
  await chat.edit(second ?? 0, "else");
  const third = (await chat.row()).current_turn_id;
  await chat.edit(third ?? 0, "something else");
  assert.equal(await write(third, "Said else"), false);
  assert.equal((await chat.row()).last_turn_summary, "Said more");
});

test("M1 M2 a title is made of the first message and its answer, a summary of the turn's and its last", async () => {
  const chat = await aChat(store, "find the bug");
  await chat.answer([...text("Let me look."), toolCall("c1")], { finish_reason: "tool_calls" });
  await chat.send("and mend it", "interrupt");
  await chat.settle({ type: "interrupted", answer: null });
  const turn = (await chat.row()).current_turn_id ?? 0;
  await chat.answer(text("It is mended."));
  assert.deepEqual(await readOpening(quiet.pool, chat.id), {
    asked: "find the bug",
    answered: "Let me look.",
  });
  assert.deepEqual(await readTurn(quiet.pool, chat.id, turn), {
    asked: "and mend it",
    answered: "It is mended.",
  });
  assert.equal(await readTurn(quiet.pool, chat.id, turn + 1_000_000), null);
});
