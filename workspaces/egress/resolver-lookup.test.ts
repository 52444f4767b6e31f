import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { promisify } from "node:util";
import { resolverLookup } from "./resolver-lookup.ts";

const types = { A: 1, AAAA: 28 };
const noSuchName = 3;

/** A DNS server that knows one name, with an address of each kind. */
async function aNameServer() {
  const server = createSocket("udp4");
  server.on("message", (query, { port }) => {
    const asked = query.subarray(12, query.indexOf(0, 12) + 5);
    const type = asked.readUInt16BE(asked.length - 4);
    const address = type === types.A ? [93, 184, 215, 14] : [0x26, 6, ...Array<number>(13).fill(0), 7];
    const isKnown = asked.includes("known");
    const head = Buffer.from([
      0x81,
      isKnown ? 0x80 : 0x80 | noSuchName,
      0,
      1,
      0,
      isKnown ? 1 : 0,
      0,
      0,
      0,
      0,
    ]);
    const answer = [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, address.length, ...address];
    server.send(Buffer.concat([query.subarray(0, 2), head, asked, Buffer.from(isKnown ? answer : [])]), port);
  });
  await once(server.bind(0, "127.0.0.1"), "listening");
  return { server, lookup: promisify(resolverLookup([`127.0.0.1:${server.address().port}`])) };
}

test("names are looked up by DNS, in both kinds of addresses; localhost is this machine without being asked for", async (t) => {
  const { server, lookup } = await aNameServer();
  t.after(() => server.close());
  const [four, six] = [
    { address: "93.184.215.14", family: 4 },
    { address: "2606::7", family: 6 },
  ];
  assert.deepEqual(await lookup("known.example", { all: true }), [four, six]);
  assert.deepEqual(await lookup("known.example", { all: true, family: 6 }), [six]);
  await assert.rejects(lookup("nowhere.example", { all: true }), { code: "ENOTFOUND" });
  assert.deepEqual(await lookup("any.localhost", { all: true }), [{ address: "127.0.0.1", family: 4 }]);
});
