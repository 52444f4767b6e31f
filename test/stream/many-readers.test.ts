// Many readers of one replica: what chats at rest cost while nothing happens, and what a part costs that all of them get.
import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import { deleteChat } from "../../store/chat/delete-chat.ts";
import type { Queryable } from "../../store/database.ts";
import { inUnit } from "../../store/unit.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { StreamClient } from "../support/reader/stream-client.ts";
import {
  assertEqualsStore,
  eventually,
  openStreamWorld,
  type StreamWorld,
} from "../support/reader/stream-world.ts";
import { aChat, anIdleChat } from "../support/turn/chats.ts";

const chatsCount = 30;

for (const bus of ["on", "off"] as const) {
  let database: TestDatabase;
  let world: StreamWorld;

  before(async () => {
    database = await createTestDatabase();
    world = await openStreamWorld(database.url, bus === "on");
  });
  after(async () => {
    await world.close();
    await database.drop();
  });

  test(`hubs of chats at rest ask together whether anything changed, and read nothing until it has (live bus ${bus})`, async () => {
    const asked: Asked[] = [];
    const db = counted(world.store.pool, asked);
    const replica = await world.replica({ db, timing: { idlePollMs: 20, offlineIdlePollMs: 20 } });
    const chats = await Promise.all(Array.from({ length: chatsCount }, () => anIdleChat(world.store)));
    const readers = await Promise.all(
      chats.map((chat) => new StreamClient(chat.id).connect(replica.url, { query: "?read=false" })),
    );
    await Promise.all(readers.map((reader) => reader.untilCaughtUp()));
    asked.length = 0;
    await eventually(() => Promise.resolve(asked.some(({ values }) => chatsOf(values) === chatsCount)));
    assert.deepEqual(
      asked.filter(({ values }) => chatsOf(values) === 0),
      [],
      "nothing but looks at the versions of many",
    );
    // What nobody hears of is found by looking.
    world.lose = () => true;
    await chats[0]?.send("unheard");
    const [first, second] = readers;
    const [chat, gone] = chats;
    if (first === undefined || second === undefined || chat === undefined || gone === undefined)
      return assert.fail();
    await assertEqualsStore(world, first, chat);
    const deleted = { chat_id: gone.id, owner_id: world.store.userId };
    await inUnit(world.store, (unit) => deleteChat(unit, deleted));
    await second.untilEnded();
    world.lose = () => false;
    await Promise.all(readers.map((reader) => reader.cut()));
  });
}

for (const count of [1, 50]) {
  test(`a part is encoded once at a replica: readers ${count}`, async (context) => {
    const database = await createTestDatabase();
    const world = await openStreamWorld(database.url, true);
    const replica = await world.replica();
    const chat = await aChat(world.store);
    const worker = await world.worker(chat);
    const readers = await Promise.all(
      Array.from({ length: count }, () => new StreamClient(chat.id).connect(replica.url)),
    );
    worker.say("begins ");
    await Promise.all(readers.map((reader) => reader.untilWriting("begins ")));
    const framesOf = (reader: StreamClient) =>
      reader.types().filter((type) => type === "message_part").length;
    const [first] = readers;
    if (first === undefined) return assert.fail();
    const from = framesOf(first);
    const encoded = countEncodedParts(context);
    for (let i = 0; i < 20; i++) {
      worker.say(`${i} `);
      await first.untilWriting(worker.text);
    }
    await Promise.all(readers.map((reader) => reader.untilWriting(worker.text)));
    assert.equal(framesOf(first), from + 20);
    assert.equal(encoded(), 20, "as many encodings as frames, not as readers");
    await Promise.all(readers.map((reader) => reader.cut()));
    await world.close();
    await database.drop();
  });
}

/** Counts parts that become JSON for readers; what goes over the bus or into checkpoints has another form. */
function countEncodedParts(context: TestContext): () => number {
  const stringify = context.mock.method(JSON, "stringify");
  const isShownPart = (value: unknown) =>
    typeof value === "object" && value !== null && "part" in value && "chat_id" in value;
  return () => stringify.mock.calls.filter((call) => isShownPart(call.arguments[0])).length;
}

interface Asked {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** How many chats a look at versions asks for; 0 for any other statement. */
function chatsOf([ids]: readonly unknown[]): number {
  return Array.isArray(ids) ? ids.length : 0;
}

/** Notes each statement that a replica asks. */
function counted(pool: Queryable, asked: Asked[]): Queryable {
  return new Proxy(pool, {
    get(target, name) {
      if (name !== "query") return Reflect.get(target, name) as unknown;
      return (query: string | Asked, ...rest: (readonly unknown[])[]) => {
        asked.push(typeof query === "string" ? { text: query, values: rest[0] ?? [] } : query);
        return Reflect.apply(Reflect.get(target, name) as () => unknown, target, [query, ...rest]) as unknown;
      };
    },
  });
}
