import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough, Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";
import {
  type Channel,
  Channels,
  type ChannelsInput,
  channelsMax,
  unsentFramesMax,
  windowBytes,
} from "./channels.ts";

/** Two ends that are joined; what `serve` does with the channels that the worker opens. */
function aPair(serve: (channel: Channel) => void, ofWorker: Partial<ChannelsInput> = {}) {
  const [toBridge, toWorker] = [new PassThrough(), new PassThrough()];
  const worker = new Channels({ output: toBridge, side: "worker", ...ofWorker });
  const bridge = new Channels({ output: toWorker, side: "bridge", onOpen: serve });
  // In odd pieces, so that frames are cut anywhere.
  const feed = (to: Channels) => (chunk: Buffer) => {
    for (let at = 0; at < chunk.length; at += 1_009) to.receive(chunk.subarray(at, at + 1_009));
  };
  toBridge.on("data", feed(bridge));
  toWorker.on("data", feed(worker));
  return { worker, bridge, toWorker };
}

const frame = (kind: number, channel: number, body = Buffer.alloc(0)): Buffer => {
  const head = Buffer.alloc(9);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(channel, 1);
  head.writeUInt32BE(body.length, 5);
  return Buffer.concat([head, body]);
};

test("channels carry both ways at once, whole and in order, and each ends by itself", async () => {
  const { worker } = aPair((channel) => void channel.pipe(channel));
  const texts = Array.from({ length: 20 }, (_, at) => Buffer.alloc(at * 50_000, `text ${at} `));
  const echoes = texts.map(async (text) => {
    const channel = worker.open(true);
    channel.end(text);
    return buffer(channel);
  });
  assert.deepEqual(await Promise.all(echoes), texts);
  assert.equal(worker.count, 0);
});

test("a channel that nobody reads is filled to its window, and holds up no other", async () => {
  const unread: Channel[] = [];
  const { worker } = aPair((channel) => {
    if (unread.length === 0) unread.push(channel);
    else channel.pipe(channel);
  });
  const stuck = worker.open(true);
  stuck.write(Buffer.alloc(4 * windowBytes));
  const other = worker.open(true);
  other.end("through");
  assert.equal((await buffer(other)).toString(), "through");
  const [reader] = unread;
  assert.ok(reader !== undefined && reader.readableLength <= windowBytes);
  reader.resume();
  await once(stuck, "drain");
});

test("the error that ended a connection is told, and an end that is destroyed ends the other", async () => {
  const { worker } = aPair((channel) => {
    channel.destroy(Object.assign(new Error("no"), { code: "ECONNREFUSED" }));
  });
  const channel = worker.open();
  const [error] = (await once(channel, "error")) as [NodeJS.ErrnoException];
  assert.equal(error.code, "ECONNREFUSED");
  assert.equal(worker.count, 0);
});

test("W6 what a bridge that was taken over sends is held to the protocol", () => {
  const { worker } = aPair(() => undefined);
  worker.open();
  const received = (bytes: Buffer) => () => worker.receive(bytes);
  assert.throws(received(frame(2, 1, Buffer.alloc(65_537))), /no frame/, "a frame too long");
  const fresh = () => aPair(() => undefined).worker;
  assert.throws(() => fresh().receive(frame(99, 1)), /no frame/, "an unknown kind");
  assert.throws(() => fresh().receive(frame(1, 2)), /not asked for/, "a channel that it must not open");
  const flooded = fresh();
  flooded.open();
  assert.throws(() => {
    for (let at = 0; at < 10; at += 1) flooded.receive(frame(2, 1, Buffer.alloc(65_536)));
  }, /more than the window/);
  assert.throws(() => fresh().receive(frame(6, 0)), /no frame/, "a ping, which only workers send");
  fresh().receive(frame(2, 77, Buffer.from("of a channel that is gone")));
});

test("W6 a bridge that makes the worker answer and reads nothing is cut off before the answers fill the memory", () => {
  const output = new Writable({ write: () => undefined });
  output.on("error", () => undefined);
  const worker = new Channels({ output, side: "worker", onOpen: () => undefined });
  // Each one beyond the limit is answered.
  for (let at = 1; at <= channelsMax + unsentFramesMax; at += 1) worker.receive(frame(1, 2 * at));
  assert.equal(output.destroyed, false);
  worker.receive(frame(1, 2 * (channelsMax + unsentFramesMax + 1)));
  assert.equal(output.destroyed, true);
});

test("more channels than there may be are closed one by one, and disturb neither the others nor those of the worker", async () => {
  const accepted: Channel[] = [];
  const { worker, bridge } = aPair((channel) => void channel.pipe(channel), {
    onOpen: (channel) => accepted.push(channel),
  });
  const opened = Array.from({ length: channelsMax + 20 }, () => bridge.open(true));
  const closed = opened.slice(channelsMax).map((channel) => once(channel, "error"));
  await Promise.all(closed);
  assert.equal(accepted.length, channelsMax);
  const agent = worker.open(true);
  agent.end("through");
  assert.equal((await buffer(agent)).toString(), "through");
  accepted[0]?.destroy();
  await once(opened[0] as Channel, "error");
  const next = bridge.open(true);
  next.write("taken again");
  while (accepted.length === channelsMax) await new Promise(setImmediate);
  await once(accepted[channelsMax] as Channel, "data");
});

test("a channel that carries nothing times out as sockets do, and whoever uses it decides what that means", async () => {
  const { worker } = aPair(() => undefined);
  const channel = worker.open();
  channel.setTimeout(1);
  await once(channel, "timeout");
  assert.deepEqual([channel.timeout, channel.destroyed], [1, false]);
});
