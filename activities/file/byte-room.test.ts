import assert from "node:assert/strict";
import { test } from "node:test";
import { createByteRoom } from "./byte-room.ts";

const never = new AbortController().signal;

test("C5 who wants more bytes than are free waits its turn, and an interrupted one leaves the line", async () => {
  const room = createByteRoom(10);
  const order: string[] = [];
  const giveFirst = await room.take(8, never);
  const second = room.take(6, never).then((give) => {
    order.push("second");
    return give;
  });
  const leaving = new AbortController();
  const left = room.take(1, leaving.signal);
  const third = room.take(2, never).then(() => order.push("third"));
  leaving.abort(new Error("interrupted"));
  await assert.rejects(left, /interrupted/);
  assert.deepEqual(order, []);
  giveFirst();
  giveFirst();
  const giveSecond = await second;
  await third;
  assert.deepEqual(order, ["second", "third"]);
  giveSecond();
});

test("C5 more than all room is all room", async () => {
  const room = createByteRoom(10);
  const give = await room.take(1_000, never);
  const next = room.take(10, never);
  give();
  (await next)();
});
