// Tests which channels a connection listens to. The test holds the connection.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { BusListening, type ListenClient } from "./bus-listening.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A connection that answers when the test says so. */
function aConnection() {
  const asked: { readonly text: string; readonly answer: (error?: Error) => void }[] = [];
  const client: ListenClient = {
    query: (text) =>
      new Promise<void>((resolve, reject) => {
        asked.push({ text, answer: (error) => (error === undefined ? resolve() : reject(error)) });
      }),
  };
  return {
    client,
    asked: () => asked.map(({ text }) => text),
    answer: async (error?: Error) => {
      asked.at(-1)?.answer(error);
      await settled();
    },
  };
}

async function aWorld() {
  const failures: unknown[] = [];
  const listening = new BusListening({ onFailed: (error) => failures.push(error), unlistenAfterMs: 1_000 });
  const connection = aConnection();
  await listening.begin(connection.client);
  return { listening, failures, ...connection };
}

async function isSettled(promise: Promise<void>): Promise<boolean> {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  await settled();
  return done;
}

test("a channel is listened to once, and whoever wants it learns when that works", async () => {
  const { listening, asked, answer } = await aWorld();
  const first = listening.want("a");
  const second = listening.want("a");
  assert.equal(await isSettled(first.listening), false);
  assert.deepEqual(asked(), ["listen a"]);
  await answer();
  assert.ok((await isSettled(first.listening)) && (await isSettled(second.listening)));
  assert.ok(await isSettled(listening.want("a").listening));
  assert.deepEqual(asked(), ["listen a"]);
  assert.equal(listening.size, 1);
});

test("what is wanted while a statement runs goes into the next one", async () => {
  const { listening, asked, answer } = await aWorld();
  listening.want("a");
  const later = ["b", "c"].map((channel) => listening.want(channel));
  await answer();
  assert.deepEqual(asked(), ["listen a", "listen b; listen c"]);
  assert.equal(await isSettled(later[0]!.listening), false);
  await answer();
  for (const { listening: inForce } of later) assert.ok(await isSettled(inForce));
});

test("a channel that nobody wants is left after a while, unless someone wants it again before", async (t) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const { listening, asked, answer } = await aWorld();
  const first = listening.want("a");
  await answer();
  first.release();
  mock.timers.tick(999);
  const again = listening.want("a");
  mock.timers.tick(10_000);
  assert.deepEqual(asked(), ["listen a"]);
  again.release();
  mock.timers.tick(1_000);
  assert.deepEqual(asked(), ["listen a", "unlisten a"]);
  await answer();
  assert.equal(listening.size, 0);
});

test("a channel wanted again while it is being left is listened to again before anyone is told so", async (t) => {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const { listening, asked, answer } = await aWorld();
  const first = listening.want("a");
  await answer();
  first.release();
  mock.timers.tick(1_000);
  const again = listening.want("a");
  assert.equal(await isSettled(again.listening), false);
  await answer();
  assert.deepEqual(asked(), ["listen a", "unlisten a", "listen a"]);
  assert.equal(await isSettled(again.listening), false);
  await answer();
  assert.ok(await isSettled(again.listening));
});

test("a new connection listens to everything wanted, including what is wanted meanwhile, before it counts", async () => {
  const { listening, answer } = await aWorld();
  listening.want("a");
  await answer();
  listening.lose();
  const whileAway = listening.want("b");
  assert.ok(await isSettled(whileAway.listening), "nobody waits for a bus that is down");
  const next = aConnection();
  const begun = listening.begin(next.client);
  const meanwhile = listening.want("c");
  await settled();
  assert.deepEqual(next.asked(), ["listen a; listen b"]);
  await next.answer();
  assert.equal(await isSettled(begun), false);
  assert.deepEqual(next.asked(), ["listen a; listen b", "listen c"]);
  await next.answer();
  await begun;
  assert.ok(await isSettled(meanwhile.listening));
  assert.equal(listening.size, 3);
});

test("whoever waits for a connection that is lost stops waiting", async () => {
  const { listening, asked } = await aWorld();
  const wanted = listening.want("a");
  assert.deepEqual(asked(), ["listen a"]);
  listening.lose();
  assert.ok(await isSettled(wanted.listening));
});

test("a connection that refuses a statement is dropped, at its start and later", async () => {
  const { listening, failures, answer } = await aWorld();
  listening.want("a");
  await answer(new Error("no"));
  assert.equal(failures.length, 1);
  const next = aConnection();
  const begun = listening.begin(next.client);
  const wanted = listening.want("b");
  await settled();
  const refused = assert.rejects(begun, /away/);
  await next.answer(new Error("away"));
  await refused;
  assert.ok(await isSettled(wanted.listening));
  assert.equal(failures.length, 1);
});
