// An answer of fifty thousand parts in flight, most of them in spill rows: what is read and sent of it is what is missing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { encodeCursor } from "../../api/streams/chat/model/cursor.ts";
import { joinEpisodes } from "../../api/streams/episode/checkpoint-reader.ts";
import { checkpointBytesMax } from "../../core/chat/limits.ts";
import { type Checkpoint, decodeCheckpoint } from "../../core/part/checkpoint.ts";
import type { ChatView } from "../../core/stream/chat-reducer.ts";
import type { MessagePartData } from "../../core/stream/stream-event.ts";
import type { Queryable } from "../../store/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { StreamClient } from "../support/reader/stream-client.ts";
import {
  assertEqualsStore,
  openStreamWorld,
  type SimWorker,
  type StreamWorld,
} from "../support/reader/stream-world.ts";
import { aChat } from "../support/turn/chats.ts";

const partsTotal = 50_000;
const partsPerCheckpoint = 1_000;

let database: TestDatabase;
let world: StreamWorld;

before(async () => {
  database = await createTestDatabase();
  // Without a bus: what readers get is what checkpoints and spill rows hold.
  world = await openStreamWorld(database.url, false);
});
after(async () => {
  await world.close();
  await database.drop();
});

async function aLongAnswer() {
  const chat = await aChat(world.store);
  const worker = await world.worker(chat);
  for (let seq = 1; seq <= partsTotal; seq++) {
    worker.say(`w${seq % 9_973} `, Math.floor(seq / 5_000));
    if (seq % partsPerCheckpoint === 0) await worker.parts.checkpointNow();
  }
  return { chat, worker };
}

function partsOf(reader: StreamClient): MessagePartData[] {
  return reader.events.flatMap(({ type, data }) =>
    type === "message_part" ? [data as MessagePartData] : [],
  );
}

function hasAll(view: ChatView, { parts }: SimWorker): boolean {
  return view.previews.get("")?.last_seq === parts.seq;
}

test("T4 a reader of 50,000 parts goes on at a replica that never saw them, and is sent little more than what it misses", async () => {
  const { chat, worker } = await aLongAnswer();
  const reader = await new StreamClient(chat.id).connect((await world.replica()).url);
  await reader.until("all of it", (view) => hasAll(view, worker));
  await reader.cut();
  const { snapshot_version: version } = await chat.row();
  const { episode } = worker.parts;
  for (const behind of [10, 1_000, 49_000]) {
    const seq = partsTotal - behind;
    const late = new StreamClient(chat.id);
    await late.connect((await world.replica()).url, {
      cursor: encodeCursor(chat.id, { version, episode, seq }),
    });
    const parts = () => partsOf(late);
    await late.until("the last part", () => parts().at(-1)?.seq === partsTotal);
    const missing = textAfter(worker, seq);
    const sent = parts().reduce((bytes, part) => bytes + JSON.stringify(part).length, 0);
    assert.equal(parts()[0]?.from_seq, seq + 1);
    assert.ok(parts().length <= 40, `${parts().length} frames`);
    if (behind > 100) assert.ok(sent <= missing * 1.2, `${sent} bytes for ${missing} of text`);
    assert.ok(!late.types().includes("history_reset"));
    await late.cut();
  }
  await reader.connect((await world.replica()).url);
  await worker.commit();
  await assertEqualsStore(world, reader, chat);
  await reader.cut();
});

test("of the spill rows of a long answer those are read that hold what is not known yet", async () => {
  const { chat, worker } = await aLongAnswer();
  const beat = world.heartbeats.get(chat.id)?.get("");
  const checkpoint = decodeCheckpoint(beat, null) as Checkpoint;
  assert.ok(JSON.stringify(beat).length <= checkpointBytesMax);
  let rowsRead = 0;
  const { pool } = world.store;
  const db = {
    query: async (text: string, values: unknown[]) => {
      const result = await pool.query(text, values);
      rowsRead += result.rows.length;
      return result;
    },
  } as unknown as Queryable;
  const { rows } = await pool.query<{ total: number }>(
    "select count(*)::int total from inflight_parts where chat_id = $1",
    [chat.id],
  );
  const total = rows[0]?.total ?? 0;
  assert.ok(total >= 5, `${total} rows`);
  for (const known of [0, partsTotal - 1_500, checkpoint.spilled_seq, partsTotal]) {
    rowsRead = 0;
    const lastSeqOf = () => known;
    const [found] = await joinEpisodes(db, chat.id, { checkpoints: [checkpoint], lastSeqOf });
    assert.equal(found?.parts[0]?.from_seq, known === partsTotal ? undefined : known + 1);
    if (known === 0) assert.equal(rowsRead, total);
    else assert.ok(rowsRead <= 2, `${rowsRead} rows read`);
    if (known >= checkpoint.spilled_seq) assert.equal(rowsRead, 0);
  }
  worker.leave();
});

/** Characters that were said after a part. */
function textAfter(worker: SimWorker, seq: number): number {
  let chars = 0;
  for (let at = seq + 1; at <= worker.parts.seq; at++) chars += `w${at % 9_973} `.length;
  return chars;
}
