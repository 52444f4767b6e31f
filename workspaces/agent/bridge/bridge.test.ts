import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { keepEgress } from "./bridge.ts";
import { Channels } from "./channels.ts";

test("of several bridges the newest is the way to the internet, and the others know that they are not", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "everturn-bridge-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "egress.sock");
  const aBridge = () => {
    const channels = new Channels({ output: new PassThrough().resume(), side: "bridge" });
    return { channels, wayOut: keepEgress(path, channels) };
  };
  const older = aBridge();
  while (!older.wayOut.isOurs()) await turn();
  const newer = aBridge();
  while (!newer.wayOut.isOurs()) await turn();
  assert.equal(older.wayOut.isOurs(), false);
  const socket = connect(path);
  await once(socket, "connect");
  while (newer.channels.count === 0) await turn();
  assert.equal(older.channels.count, 0);
  const closed = once(socket, "close");
  newer.channels.destroy(new Error("over"));
  await closed;
  // The listeners end with the process of a bridge.
  await rm(path);
  older.wayOut.look();
  while (!older.wayOut.isOurs()) await turn();
  assert.equal(newer.wayOut.isOurs(), false);
});
