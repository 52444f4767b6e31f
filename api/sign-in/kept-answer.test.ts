import assert from "node:assert/strict";
import { test } from "node:test";
import { KeptAnswer } from "./kept-answer.ts";

function keep() {
  const clock = { now: 0 };
  const server = { asked: 0, down: false };
  const load = async () => {
    server.asked += 1;
    if (server.down) throw new Error("down");
    return server.asked;
  };
  const answer = new KeptAnswer({
    load,
    freshMs: 100,
    usableMs: 1_000,
    cooldownMs: 10,
    now: () => clock.now,
  });
  return { clock, server, answer };
}

test("an answer is asked for once, however many ask, and again when it is old", async () => {
  const { clock, server, answer } = keep();
  assert.deepEqual(await Promise.all([answer.get(), answer.get(), answer.get()]), [1, 1, 1]);
  clock.now = 99;
  assert.equal(await answer.get(), 1);
  clock.now = 100;
  assert.equal(await answer.get(), 2);
  assert.equal(server.asked, 2);
});

test("while the server is down, the old answer goes on until it is too old", async () => {
  const { clock, server, answer } = keep();
  assert.equal(await answer.get(), 1);
  server.down = true;
  clock.now = 500;
  assert.equal(await answer.get(), 1);
  assert.equal(await answer.renew(), "failed", "within the cooldown it is not asked again");
  assert.equal(server.asked, 2);
  clock.now = 1_000;
  await assert.rejects(answer.get(), /down/);
  server.down = false;
  clock.now = 1_010;
  assert.equal(await answer.get(), 4);
});

test("nobody makes the server be asked more often than the cooldown allows", async () => {
  const { clock, server, answer } = keep();
  await answer.get();
  assert.equal(await answer.renew(), "too-soon");
  clock.now = 10;
  assert.deepEqual(await Promise.all([answer.renew(), answer.renew()]), ["renewed", "renewed"]);
  assert.equal(await answer.renew(), "too-soon");
  assert.equal(server.asked, 2);
});

test("a server that was down from the beginning is asked again after the cooldown", async () => {
  const { clock, server, answer } = keep();
  server.down = true;
  await assert.rejects(answer.get(), /down/);
  await assert.rejects(answer.get(), /down/);
  assert.equal(server.asked, 1);
  server.down = false;
  clock.now = 10;
  assert.equal(await answer.get(), 2);
});
