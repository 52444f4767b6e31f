// Bodies made to keep the event loop busy, at every route of the OpenAPI document that takes one: each is refused, and none of
// them holds up the others.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { startTestApi, type TestApi } from "../support/api.ts";
import { type DocumentedRoute, documentedRoutes } from "../support/docs/documented-routes.ts";
import { watchLoop } from "../support/reader/watch-loop.ts";

const ordinaryBytes = 256 * 1024;
const conversationBytes = 8 * 1024 * 1024;
/**
 * The promise is 50 ms. This process also sends the bodies and collects garbage, so the test allows more; without bounds these
 * bodies took from one second to forty.
 */
const heldMaxMs = 200;

let api: TestApi;
let routes: readonly DocumentedRoute[];

before(async () => {
  api = await startTestApi();
  routes = (await documentedRoutes(api)).filter(({ has_body }) => has_body);
});
after(() => api.stop());

/** As many pieces as fit, between a head and a tail. */
function filled(bytes: number, [head, piece, tail]: readonly [string, string, string]): string {
  const room = Math.floor((bytes - head.length - tail.length) / piece.length);
  return head + piece.repeat(Math.max(0, room - 1)) + tail;
}

/** A body for each field that the route knows, made of the same piece. */
function inEachField(names: readonly string[], value: string): string {
  return `{${names.map((name) => `${JSON.stringify(name)}:${value}`).join(",")}}`;
}

type MakeBody = (bytes: number, names: readonly string[]) => string;

const BODIES: Readonly<Record<string, MakeBody>> = {
  "messages of empty objects": (bytes) => filled(bytes, ['{"id":"c","messages":[{}', ",{}", "]}"]),
  "a last message of empty parts": (bytes) =>
    filled(bytes, ['{"id":"c","messages":[{"id":"m","role":"user","parts":[{}', ",{}", "]}]}"]),
  "content of empty objects": (bytes) => filled(bytes, ['{"content":[{}', ",{}", "]}"]),
  "content of parts that are nearly right": (bytes) =>
    filled(bytes, ['{"content":[{"type":"text"}', ',{"type":"text","tex":1}', "]}"]),
  "every field a long list": (bytes, names) => {
    const share = Math.floor(bytes / (names.length + 1)) - 100;
    return inEachField(names, filled(share, ["[{}", ",{}", "]"]));
  },
  "every field a wide object": (bytes, names) => {
    const share = Math.floor(bytes / (names.length + 1)) - 100;
    return inEachField(names, filled(share, ['{"a":1', ',"a":{}', "}"]));
  },
  "unknown fields": (bytes) => {
    const fields = Array.from({ length: Math.floor(bytes / 14) }, (_, i) => `"f${i}":1`);
    return `{${fields.join(",")}}`.slice(0, bytes);
  },
  "lists in lists": (bytes) => `{"content":${"[".repeat(bytes / 2 - 20)}${"]".repeat(bytes / 2 - 20)}}`,
  "objects in objects": (bytes) =>
    `${'{"a":'.repeat(Math.floor(bytes / 6) - 1)}1${"}".repeat(bytes / 6 - 1)}`,
  "a list that never ends": (bytes) => filled(bytes, ["[", "[", ""]),
  "long blank text in every field": (bytes, names) =>
    inEachField(names, JSON.stringify(" ".repeat(Math.floor(bytes / (names.length + 1)) - 100))),
  "text that makes patterns backtrack in every field": (bytes, names) =>
    inEachField(names, JSON.stringify(`${"0-".repeat(Math.floor(bytes / (names.length + 1) / 2) - 100)}!`)),
  "quotes and backslashes": (bytes) => filled(bytes, ['{"content":"', '\\"\\\\', '"}']),
  "long numbers": (bytes) => filled(bytes, ['{"content":', "9", "}"]),
  "half characters": (bytes) => filled(bytes, ['{"title":"', "\\ud800", '"}']),
};

interface Answered {
  readonly status: number;
  readonly faults: number;
}

async function send(route: DocumentedRoute, body: Buffer, headers: object = {}): Promise<Answered> {
  const response = await fetch(api.url + route.path, {
    method: route.method,
    headers: { Authorization: `Bearer ${api.key}`, "Content-Type": "application/json", ...headers },
    body,
  });
  if (response.status < 400) {
    await response.body?.cancel();
    return { status: response.status, faults: 0 };
  }
  const problem = (await response.json()) as { status: number; errors?: unknown[] };
  return { status: problem.status, faults: problem.errors?.length ?? 0 };
}

for (const [name, make] of Object.entries(BODIES)) {
  test(`A3 ${name}: refused at every route with at most 50 faults, and the loop goes on`, async () => {
    for (const route of routes) {
      const bytes = route.template === "/ai-sdk/chat" ? conversationBytes : ordinaryBytes;
      const body = Buffer.from(make(bytes, route.field_names));
      const watch = watchLoop();
      const { status, faults } = await send(route, body);
      const heldMs = watch.stop();
      const where = `${route.method} ${route.template}: ${status}, ${faults} faults, ${heldMs} ms`; // Some are nothing but long: a route may take those.
      assert.ok(status < 500, where);
      assert.ok(faults <= 50, where);
      assert.ok(heldMs < heldMaxMs, where);
    }
  });
}

/** Files are taken as they are: nothing that is packed is unpacked. Without `path`, a workspace's file is refused before its bytes. */
const TAKEN_AS_THEY_ARE = new Map([
  ["POST /v1/files", 415],
  ["PUT /v1/workspaces/{workspace}/files", 400],
]);

test("A3 a small body that unpacks to a large one is refused by its unpacked size", async () => {
  const bomb = await promisify(gzip)(Buffer.alloc(64 * 1024 * 1024, " "));
  for (const route of routes) {
    const watch = watchLoop();
    const { status } = await send(route, bomb, { "Content-Encoding": "gzip" });
    const heldMs = watch.stop();
    const name = `${route.method} ${route.template}`;
    assert.equal(status, TAKEN_AS_THEY_ARE.get(name) ?? 413, name);
    assert.ok(heldMs < heldMaxMs, `${route.template}: ${heldMs} ms`);
  }
});
