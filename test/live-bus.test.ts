// The live bus on a real Postgres: what one process publishes the others hear, also after their connection was cut.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pino } from "pino";
import type { BusMessage } from "../core/bus-message.ts";
import { createPool, type Pool } from "../store/database.ts";
import { createPostgresBus, type PostgresBus } from "../store/live-bus.ts";
import { createTestDatabase } from "./support/database.ts";

const logger = pino({ level: "silent" });
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let pool: Pool;

before(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, 2);
});
after(async () => {
  await pool.end();
  await database.drop();
});

async function openBus(): Promise<PostgresBus> {
  const bus = createPostgresBus({ databaseUrl: database.url, logger });
  await bus.ready;
  return bus;
}

function part(seq: number, text: string): BusMessage {
  const piece = { from_seq: seq, seq, index: 0, role: "assistant", part: { type: "text", text } } as const;
  return { type: "parts", chat_id: "a", episode: "5.1", parts: [piece] };
}

/** Resolves with everything heard once `enough` says so. */
function hear(bus: PostgresBus, enough: (heard: readonly BusMessage[]) => boolean): Promise<BusMessage[]> {
  const heard: BusMessage[] = [];
  return new Promise((resolve) => {
    const end = bus.subscribe("a", (message) => {
      heard.push(message);
      if (!enough(heard)) return;
      end();
      resolve(heard);
    });
  });
}

function textOf(heard: readonly BusMessage[]): string {
  const parts = heard.flatMap((message) => (message.type === "parts" ? message.parts : []));
  return parts
    .map(({ part: { type, ...rest } }) => (type === "text" && "text" in rest ? rest.text : ""))
    .join("");
}

test("T3 parts are heard by every subscriber of their chat, in order, whatever they hold", async () => {
  const [writer, reader, other] = await Promise.all([openBus(), openBus(), openBus()]);
  const texts = ["a", "\u0000'\"\\{},$1 ", "🙂é", "\ud800", "x".repeat(5_000), "end"];
  const done = [reader, other].map((bus) => hear(bus, (heard) => textOf(heard).endsWith("end")));
  texts.forEach((text, i) => writer.publish(part(i + 1, text)));
  for (const heard of await Promise.all(done)) assert.equal(textOf(heard), texts.join(""));
  await Promise.all([writer, reader, other].map((bus) => bus.close()));
});

test("messages of other chats are not heard, those of all chats are when asked for", async () => {
  const [writer, reader] = await Promise.all([openBus(), openBus()]);
  const all: string[] = [];
  reader.subscribe(null, (message) => all.push(message.chat_id));
  const done = hear(reader, (heard) => heard.some((message) => message.type === "deleted"));
  writer.publish({ type: "checkpoint_wanted", chat_id: "b" });
  writer.publish({ type: "deleted", chat_id: "a", owner_id: "o" });
  assert.equal((await done).length, 1);
  assert.deepEqual(all, ["b", "a"]);
  await Promise.all([writer.close(), reader.close()]);
});

test("a cut connection is noticed, made again and listens again", async () => {
  const [writer, reader] = await Promise.all([openBus(), openBus()]);
  const back = new Promise<void>((resolve) => void reader.onReconnect(resolve));
  await pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and application_name in ('everturn-listen', 'everturn-notify')`,
  );
  await back;
  const done = hear(reader, (heard) => heard.length > 0);
  const again = setInterval(() => writer.publish(part(1, "after")), 20);
  assert.equal(textOf(await done), "after");
  clearInterval(again);
  await Promise.all([writer.close(), reader.close()]);
});

test("closing sends what was published before", async () => {
  const [writer, reader] = await Promise.all([openBus(), openBus()]);
  const done = hear(reader, (heard) => textOf(heard) === "ab");
  writer.publish(part(1, "a"));
  writer.publish(part(2, "b"));
  await writer.close();
  await done;
  await reader.close();
});
