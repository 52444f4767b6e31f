import assert from "node:assert/strict";
import { once } from "node:events";
import { duplexPair } from "node:stream";
import { type TestContext, test } from "node:test";
import { pingEveryMs } from "../../agent/bridge/bridge.ts";
import { type Channel, Channels } from "../../agent/bridge/channels.ts";
import { createEgressProxy, headerTimeoutMs } from "../../egress/egress-proxy.ts";
import { publicDestinations } from "../../egress/judge-destination.ts";
import { BridgeLine, costPerSecondMax } from "./bridge-line.ts";
import { streams } from "./engine-frames.ts";

/** A line, and the far end of its streams as the engine would have it. */
function aLine(isFiltered: boolean) {
  const [near, far] = duplexPair();
  const line = new BridgeLine(near, isFiltered ? createEgressProxy(publicDestinations()) : null);
  const send = (bytes: Buffer) => {
    const head = Buffer.from([streams.output, 0, 0, 0, 0, 0, 0, 0]);
    head.writeUInt32BE(bytes.length, 4);
    far.write(Buffer.concat([head, bytes]));
  };
  return { line, near, far, send };
}

/** The bridge at the far end, which may say at each ping that it is not the way to the internet any more. */
function aBridge({ far, send }: ReturnType<typeof aLine>, isWayOut: () => boolean): Channels {
  const output = duplexPair();
  output[1].on("data", send);
  const bridge = new Channels({ output: output[0], side: "bridge", onOpen: () => undefined, isWayOut });
  far.on("data", (chunk: Buffer) => bridge.receive(chunk));
  return bridge;
}

async function pass(t: TestContext, ms: number): Promise<void> {
  for (let at = 0; at < ms; at += pingEveryMs) {
    t.mock.timers.tick(pingEveryMs);
    // Several turns, for both directions of the streams.
    for (let turns = 0; turns < 10; turns += 1) await new Promise(setImmediate);
  }
}

test("W10 an unused bridge stays for as long as it is the way to the internet, and ends a minute after another is", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const world = aLine(true);
  let isWayOut = true;
  aBridge(world, () => isWayOut);
  await pass(t, 10 * 60_000);
  assert.equal(world.near.destroyed, false);
  isWayOut = false;
  await pass(t, 2 * pingEveryMs);
  assert.equal(world.near.destroyed, true);
  await world.line.ended;
});

test("a bridge without network ends when it was unused for a minute, and one that is silent sooner", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const [unused, silent] = [aLine(false), aLine(true)];
  aBridge(unused, () => true);
  silent.far.resume();
  await pass(t, 30_000);
  assert.deepEqual([unused.near.destroyed, silent.near.destroyed], [false, true]);
  await pass(t, 40_000);
  assert.equal(unused.near.destroyed, true);
});

test("W6 a workspace that sends frames without end is read in portions, so that the worker does its other work", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { near, line, send } = aLine(false);
  const pong = Buffer.from([7, 0, 0, 0, 0, 0, 0, 0, 0]);
  send(Buffer.concat(Array.from({ length: costPerSecondMax + 1 }, () => pong)));
  await once(near, "pause");
  t.mock.timers.tick(1_000);
  assert.equal(near.isPaused(), false);
  line.end();
});

test("W10 a connection from the workspace that asks for nothing is closed, as it takes the room of others", async () => {
  const proxy = createEgressProxy(publicDestinations());
  const worker = new Channels({
    output: duplexPair()[0],
    side: "worker",
    onOpen: (channel) => proxy.emit("connection", channel),
  });
  const connected = once(proxy, "connection") as Promise<[Channel]>;
  worker.receive(Buffer.from([1, 0, 0, 0, 2, 0, 0, 0, 0]));
  const [channel] = await connected;
  assert.equal(channel.timeout, headerTimeoutMs);
  const closed = once(channel, "close");
  channel.emit("timeout");
  await closed;
});
