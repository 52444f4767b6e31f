import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { freePort, isPortFree, nextFreePort, startOnPort } from "./free-port.ts";

test("a taken port is seen as taken, and the next free one is another", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  assert.equal(await isPortFree(port), false);
  assert.ok((await nextFreePort(port)) > port);
  server.close();
});

test("a server whose port was taken in between is started on another one", async () => {
  const tried: number[] = [];
  const used = await startOnPort(freePort, async (port) => {
    tried.push(port);
    if (tried.length < 3) throw new Error("bind: address already in use");
    return port;
  });
  assert.equal(tried.length, 3);
  assert.equal(used, tried[2]);
  await assert.rejects(
    startOnPort(freePort, () => Promise.reject(new Error("disk full"))),
    /disk full/,
  );
});
