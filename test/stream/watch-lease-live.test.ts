// What readers cost, and what a turn costs that nobody reads: a whole Everturn, judged by the numbers on its metrics pages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { freePort } from "../../dev/free-port.ts";
import { cutConnections, onlyAnswer, tokens } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

let everturn: Everturn;
let workerUrl: string;

before(async () => {
  const port = await freePort();
  workerUrl = `http://127.0.0.1:${port}`;
  everturn = await startEverturn({
    // No worker is lost here, however slow the machine: an attempt more would be a look more.
    env: { EVERTURN_HEARTBEAT_TIMEOUT_MS: "10000" },
    workerEnv: { METRICS_PORT: String(port) },
  });
});
after(() => everturn.stop());

async function metric(url: string, name: string): Promise<number> {
  const page = await (await fetch(`${url}/metrics`)).text();
  const found = new RegExp(`^everturn_${name}\\{[^}]*\\} (\\S+)$`, "m").exec(page);
  assert.ok(found !== null, `no ${name}`);
  return Number(found[1]);
}

/** A chat that is silent for this long is looked after once; a slow machine is silent often. */
const SILENCE_MS = 4_000;

test("T3 50 readers of 5 running chats cost Temporal two looks a chat as they begin, and none while parts flow", async () => {
  const looks = () => metric(everturn.url, "checkpoint_looks_total");
  const keys = Array.from({ length: 5 }, (_, i) => `many-${i}`);
  const chats = await Promise.all(
    keys.map((key) =>
      everturn.createChat(script({ parts: 200, rate: 100, hold_until: key, hold_after: 20 }, key)),
    ),
  );
  await Promise.all(keys.map((key) => everturn.model.waitFor({ key, event: "held" })));
  const silences = (since: number) => chats.length * Math.floor((performance.now() - since) / SILENCE_MS);
  const begun = performance.now();
  const before = await looks();
  const readers = chats.flatMap((chat) => Array.from({ length: 10 }, () => everturn.reader(chat.id)));
  await Promise.all(
    readers.map((reader) => reader.until("the beginning", (_view, { writing }) => writing.includes("t20"))),
  );
  const joined = await looks();
  assert.ok(joined - before <= 2 * chats.length + silences(begun), `${joined - before} looks to begin with`);
  for (const key of keys) everturn.model.release(key);
  await Promise.all(readers.map((reader) => reader.untilIdle()));
  const flowed = (await looks()) - joined;
  // Second looks of the beginning may fall in here; none is a reader's.
  assert.ok(flowed <= chats.length + silences(begun), `${flowed} looks while parts flowed`);
  for (const [i, chat] of chats.entries()) {
    const stored = await assertSettled(everturn, chat.id, readers.slice(i * 10, i * 10 + 10));
    assert.equal(textOf(onlyAnswer(stored)).trim(), tokens(200));
  }
});

test("T4 a turn nobody watches stays off the bus, and a reader who comes shows all of it, the bus cut meanwhile too", async () => {
  const key = "unwatched";
  const published = () => metric(workerUrl, "bus_published_parts_total");
  const unwatched = () => metric(workerUrl, "bus_unwatched_parts_total");
  const before = await unwatched();
  const chat = await everturn.createChat(
    script({ parts: 1_000, rate: 100, hold_until: key, hold_after: 600 }, key),
  );
  await everturn.model.waitFor({ key, event: "held" });
  await soon("parts that nobody sees", async () => (await unwatched()) > before);
  const sent = await published();
  const reader = everturn.reader(chat.id);
  await reader.until("what nobody saw", (_view, { writing }) => writing.includes("t600"));
  assert.equal(await published(), sent, "what is said again is no new part");
  assert.notEqual(await cutConnections(everturn, "everturn-listen"), 0);
  everturn.model.release(key);
  await reader.untilIdle();
  assert.ok((await published()) > sent);
  const answer = onlyAnswer(await assertSettled(everturn, chat.id, [reader]));
  assert.equal(textOf(answer).trim(), tokens(1_000));
  assert.equal(everturn.model.requests(key).length, 1);
  assert.ok((await metric(workerUrl, "heartbeats_total")) > 0);
});
