// What every live bus must give (`core/stream/bus-message.ts`), told once and held against each implementation: NOTIFY of a real
// Postgres, and the one in memory that unit tests use. Another implementation is checked by one more line in `kinds`.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { pino } from "pino";
import type { BusMessage, BusTopic, LiveBus } from "../../core/stream/bus-message.ts";
import { createPool } from "../../store/database.ts";
import { createPostgresBus } from "../../store/stream/live-bus.ts";
import { createTestDatabase } from "../support/database.ts";
import { createMemoryNetwork } from "../support/memory-bus.ts";

interface BusKind {
  /** One more process on the same bus; resolves when it is up. */
  open(): Promise<LiveBus>;
  /** Every connection is cut; they come back by themselves. */
  cut(): Promise<void>;
  close(): Promise<void>;
}

const kinds: Readonly<Record<string, () => Promise<BusKind>>> = { postgres, memory };

async function postgres(): Promise<BusKind> {
  const database = await createTestDatabase();
  const pool = createPool(database.url, 1);
  const logger = pino({ level: "silent" });
  return {
    async open() {
      const bus = createPostgresBus({ databaseUrl: database.url, logger });
      await bus.ready;
      return bus;
    },
    async cut() {
      const { rowCount } = await pool.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name in ('everturn-listen', 'everturn-notify')`,
      );
      assert.ok((rowCount ?? 0) > 0);
    },
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}

async function memory(): Promise<BusKind> {
  const network = createMemoryNetwork();
  return {
    open: async () => network.open(),
    async cut() {
      network.cut();
      setTimeout(() => network.restore(), 5);
    },
    close: async () => undefined,
  };
}

const chat = (chat_id: string): BusTopic => ({ type: "chat", chat_id });
const owner = (owner_id: string): BusTopic => ({ type: "owner", owner_id });
const watched: BusMessage = { type: "watched", chat_id: "a", catch_up: false };
const end: BusMessage = { type: "deleted", chat_id: "a", owner_id: "o" };

function part(seq: number, text: string, chat_id = "a"): BusMessage {
  const piece = { from_seq: seq, seq, index: 0, role: "assistant", part: { type: "text", text } } as const;
  return { type: "parts", chat_id, episode: "5.1", parts: [piece] };
}

function changed(version: number, chat_id = "a"): BusMessage {
  const rest = { owner_id: "o", status: "running", turn_id: 1, history_version: 2, attempt: 0 } as const;
  return { type: "changed", chat_id, version, ...rest };
}

/** Listens; `until` resolves with everything heard once `enough` says so. */
async function listen(bus: LiveBus, topic: BusTopic) {
  const heard: BusMessage[] = [];
  const watchers = new Set<() => void>();
  const subscription = bus.subscribe(topic, (message) => {
    heard.push(message);
    for (const look of watchers) look();
  });
  await subscription.listening;
  return {
    heard,
    end: subscription.end,
    until: (enough: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (enough()) resolve();
        };
        watchers.add(look);
        look();
      }),
    untilLast: (type: BusMessage["type"]) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (heard.at(-1)?.type === type) resolve();
        };
        watchers.add(look);
        look();
      }),
  };
}

function textOf(heard: readonly BusMessage[]): string {
  const parts = heard.flatMap((message) => (message.type === "parts" ? message.parts : []));
  return parts.map(({ part: delta }) => (delta.type === "text" ? delta.text : "")).join("");
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Opens processes on one bus; closes them in the end. */
interface World {
  readonly open: () => Promise<LiveBus>;
  readonly cut: () => Promise<void>;
}

/** Each promise of the port, kept by every kind. */
const promises: Readonly<Record<string, (world: World) => Promise<void>>> = {
  "T3 parts are heard by every subscriber of their chat, in order, whatever they hold": async ({ open }) => {
    const [writer, reader, other] = await Promise.all([open(), open(), open()]);
    const texts = ["a", "\u0000'\"\\{},$1 ", "🙂é", "\ud800", "x".repeat(5_000), "end"];
    const listeners = await Promise.all([reader, other, writer].map((bus) => listen(bus, chat("a"))));
    texts.forEach((text, i) => writer.publish(part(i + 1, text)));
    for (const { until, heard } of listeners) {
      await until(() => textOf(heard).endsWith("end"));
      assert.equal(textOf(heard), texts.join(""));
    }
  },

  "messages of one chat keep their order across types, however many there are at once": async ({ open }) => {
    const [writer, reader] = await Promise.all([open(), open()]);
    const { heard, untilLast } = await listen(reader, chat("a"));
    const order: string[] = [];
    for (let i = 1; i <= 300; i++) {
      const message = i % 3 === 0 ? changed(i) : part(i, `${i} `);
      order.push(String(i));
      writer.publish(message);
      writer.publish(part(i, "other", `b${i}`));
    }
    writer.publish(end);
    await untilLast("deleted");
    const got = heard.flatMap((message) => {
      if (message.type === "changed") return [String(message.version)];
      return message.type === "parts" ? message.parts.map(({ seq }) => String(seq)) : [];
    });
    assert.deepEqual(got, order);
  },

  "each hears what concerns it: a chat all but reading, an owner what the feed needs, others nothing":
    async ({ open }) => {
      const [writer, reader] = await Promise.all([open(), open()]);
      const topics = [chat("a"), chat("b"), owner("o"), owner("p")];
      const [a, b, o, p] = await Promise.all(topics.map((topic) => listen(reader, topic)));
      const read: BusMessage = { type: "read", chat_id: "a", owner_id: "o" };
      for (const message of [part(1, "x"), watched, changed(1), read, end]) writer.publish(message);
      writer.publish({ ...end, chat_id: "b", owner_id: "p" });
      await Promise.all([a, b, o, p].map((each) => each!.untilLast("deleted")));
      assert.deepEqual(
        a!.heard.map(({ type }) => type),
        ["parts", "watched", "changed", "deleted"],
      );
      assert.deepEqual(
        o!.heard.map(({ type }) => type),
        ["changed", "read", "deleted"],
      );
      assert.deepEqual([b!.heard.length, p!.heard.length], [1, 1]);
    },

  "what is published after a subscription is in force is heard, by each of many that begin at once": async ({
    open,
  }) => {
    const [writer, reader] = await Promise.all([open(), open()]);
    const ids = Array.from({ length: 50 }, (_, i) => `begin-${i}`);
    await Promise.all(
      ids.map(async (id) => {
        const { untilLast } = await listen(reader, chat(id));
        writer.publish({ ...end, chat_id: id });
        await untilLast("deleted");
      }),
    );
  },

  "an ended subscription hears nothing more, and the others of its topic do": async ({ open }) => {
    const [writer, reader] = await Promise.all([open(), open()]);
    const [ended, stays] = await Promise.all([listen(reader, chat("a")), listen(reader, chat("a"))]);
    ended.end();
    ended.end();
    writer.publish(end);
    await stays.untilLast("deleted");
    assert.deepEqual(ended.heard, []);
    const again = await listen(reader, chat("a"));
    writer.publish(watched);
    await again.untilLast("watched");
  },

  "a listener may end its own subscription, and is not called before it has it": async ({ open }) => {
    const [writer, reader] = await Promise.all([open(), open()]);
    let heard = 0;
    const done = Promise.withResolvers<void>();
    const own = reader.subscribe(chat("a"), () => {
      heard += 1;
      own.end();
      done.resolve();
    });
    await own.listening;
    const other = await listen(reader, chat("a"));
    writer.publish(watched);
    writer.publish(end);
    await Promise.all([done.promise, other.untilLast("deleted")]);
    assert.equal(heard, 1);
  },

  "cut off it says so, and once it tells that it is back every subscription hears again": async ({
    open,
    cut,
  }) => {
    const [writer, reader] = await Promise.all([open(), open()]);
    const listeners = await Promise.all(
      [chat("a"), chat("b"), owner("o")].map((topic) => listen(reader, topic)),
    );
    const back = [writer, reader].map((bus) => new Promise<void>((resolve) => void bus.onReconnect(resolve)));
    await cut();
    while (reader.up) await settled();
    const whileAway = reader.subscribe(chat("c"), () => cIsHeard.resolve());
    const cIsHeard = Promise.withResolvers<void>();
    await whileAway.listening;
    await Promise.all(back);
    // Both connections of a process may have been cut one after the other.
    while (!reader.up || !writer.up) await settled();
    for (const id of ["a", "b", "c"]) writer.publish({ ...end, chat_id: id });
    await Promise.all([...listeners.map(({ untilLast }) => untilLast("deleted")), cIsHeard.promise]);
  },

  "publishing neither throws nor waits, cut off or closed": async ({ open, cut }) => {
    const bus = await open();
    await cut();
    for (let i = 0; i < 10_000; i++) bus.publish(part(i + 1, "x".repeat(4_000)));
    await bus.close();
    bus.publish(part(1, "late"));
    const late = bus.subscribe(chat("a"), () => assert.fail("nothing is heard after close"));
    await late.listening;
    late.end();
    assert.equal(bus.up, false);
  },

  "closing sends what was published before": async ({ open }) => {
    const reader = await open();
    const writer = await open();
    // What the cut of another test left behind must be over.
    while (!reader.up || !writer.up) await settled();
    const { heard, until } = await listen(reader, chat("a"));
    writer.publish(part(1, "a"));
    writer.publish(part(2, "b"));
    await writer.close();
    await until(() => textOf(heard) === "ab");
  },
};

for (const [name, make] of Object.entries(kinds)) {
  describe(`live bus: ${name}`, () => {
    let kind: BusKind;
    const opened: LiveBus[] = [];
    const open = async () => {
      const bus = await kind.open();
      opened.push(bus);
      return bus;
    };
    before(async () => {
      kind = await make();
    });
    after(async () => {
      await Promise.all(opened.map((bus) => bus.close()));
      await kind.close();
    });
    for (const [promise, keep] of Object.entries(promises)) {
      test(promise, () => keep({ open, cut: () => kind.cut() }));
    }
  });
}
