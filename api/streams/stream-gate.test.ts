// What becomes of open streams when nobody can say whether their keys are still good.
import assert from "node:assert/strict";
import { get } from "node:http";
import { test } from "node:test";
import express, { type Request, type Response } from "express";
import type { Rights, RouteAccess } from "../../core/access/access.ts";
import type { Caller } from "../http/access/caller.ts";
import { type Exchange, StreamGate } from "./stream-gate.ts";

function caller(key_id: string, key_expires_at: string | null): Caller {
  const user = { id: "u", name: "u", role: "member" } as const;
  const by = { type: "key", key_id, key_name: "k", key_prefix: "evt_", expires_at: key_expires_at } as const;
  return { user, scope: "full", by };
}

/** Requests in flight, each with its own connection. */
async function exchanges(count: number) {
  const app = express();
  const taken: { request: Request; response: Response }[] = [];
  const all = new Promise<void>((resolve) => {
    app.use((request, response) => {
      response.flushHeaders();
      taken.push({ request, response });
      if (taken.length === count) resolve();
    });
  });
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  for (let i = 0; i < count; i++) get({ port, host: "127.0.0.1" }).on("error", () => undefined);
  await all;
  return { taken, server };
}

test("T10 a hundred changes of users and keys at once are two looks at the open streams", async () => {
  let looks = 0;
  const gate = new StreamGate({
    readUsableShares: () => Promise.resolve(new Set<string>()),
    readRights: () => {
      looks += 1;
      return Promise.resolve(new Map([["key", { role: "member", scope: "full" }]]));
    },
    perKeyMax: 10,
    perUserMax: 10,
    perReplicaMax: 10,
    logger: { info: () => undefined, warn: () => undefined } as never,
  });
  const { taken, server } = await exchanges(1);
  const [stream] = taken.map((exchange) => gate.admit({ ...exchange, access: null }, caller("key", null)));
  const first = gate.recheck();
  await Promise.resolve();
  await Promise.all([first, ...Array.from({ length: 100 }, () => gate.recheck())]);
  assert.deepEqual([looks, stream?.isLeft], [2, false]);
  gate.close();
  server.closeAllConnections();
  server.close();
});

test("T10 A1 a stream ends when role or scope no longer reach it, and others of the same caller go on", async () => {
  let rights: Rights = { role: "admin", scope: "full" };
  const gate = new StreamGate({
    readRights: () => Promise.resolve(new Map([["key", rights]])),
    readUsableShares: () => Promise.resolve(new Set<string>()),
    perKeyMax: 10,
    perUserMax: 10,
    perReplicaMax: 10,
    logger: { info: () => undefined, warn: () => undefined } as never,
  });
  const { taken, server } = await exchanges(3);
  const wanted: readonly RouteAccess[] = [
    { area: "deployment", changes: false, role: "admin" },
    { area: "deployment", changes: false },
    { area: "chats", changes: false },
  ];
  const streams = taken.map((exchange, i) =>
    gate.admit({ ...exchange, access: wanted[i] ?? null }, caller("key", null)),
  );
  const left = async (now: Rights) => {
    rights = now;
    await gate.recheck();
    return streams.map(({ isLeft }) => isLeft);
  };
  assert.deepEqual(await left({ role: "admin", scope: "read" }), [false, false, false]);
  assert.deepEqual(await left({ role: "member", scope: "full" }), [true, false, false]);
  assert.deepEqual(await left({ role: "member", scope: "chats" }), [true, true, false]);
  gate.close();
  server.closeAllConnections();
  server.close();
});

test("T10 A10 readers with links leave room for those who have signed in, however many links there are", async () => {
  const gate = new StreamGate({
    readUsableShares: () => Promise.resolve(new Set<string>()),
    readRights: () => Promise.resolve(new Map()),
    perKeyMax: 10,
    perUserMax: 10,
    perReplicaMax: 6,
    perLinkMax: 2,
    logger: { info: () => undefined, warn: () => undefined } as never,
  });
  const { taken, server } = await exchanges(5);
  const [a1, a2, b1, key, c1] = taken.map((exchange) => ({ ...exchange, access: null })) as [
    Exchange,
    Exchange,
    Exchange,
    Exchange,
    Exchange,
  ];
  // Of one that is turned away only a header is set, which those above have sent.
  const away = { ...a1, response: { setHeader: () => undefined } as never };
  const reader = gate.admitReader(a1, "a");
  gate.admitReader(a2, "a");
  assert.throws(() => gate.admitReader(away, "a"), /at most 2 streams per link/);
  gate.admitReader(b1, "b");
  assert.throws(() => gate.admitReader(away, "c"), /at most 3 streams with links/);
  gate.admit(key, caller("key", null));
  reader.dismiss();
  gate.admitReader(c1, "c");
  assert.throws(() => gate.admitReader(away, "d"), /at most 3 streams with links/);
  gate.close();
  server.closeAllConnections();
  server.close();
});

test("T10 with Postgres away streams go on, except those whose key was to have expired by now", async () => {
  const warned: string[] = [];
  const logger = { info: () => undefined, warn: (_about: object, words: string) => void warned.push(words) };
  const gate = new StreamGate({
    readRights: () => Promise.reject(new Error("away")),
    readUsableShares: () => Promise.reject(new Error("away")),
    perKeyMax: 10,
    perUserMax: 10,
    perReplicaMax: 10,
    logger: logger as never,
  });
  const { taken, server } = await exchanges(3);
  const [open, later, over] = taken.map((exchange, i) => {
    const expires = [null, "2999-01-01T00:00:00.000Z", "2020-01-01T00:00:00.000Z"][i] ?? null;
    return gate.admit({ ...exchange, access: null }, caller(`key-${i}`, expires));
  });
  await gate.recheck();
  assert.deepEqual([open?.isLeft, later?.isLeft, over?.isLeft], [false, false, true]);
  assert.deepEqual([gate.size, warned.length], [2, 1]);
  gate.close();
  server.closeAllConnections();
  server.close();
});
