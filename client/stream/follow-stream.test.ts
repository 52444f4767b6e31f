// Tests of following a stream over connections that are lost, refused, silent or wrong, with a server that is a list of answers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Everturn, EverturnError, EverturnStreamError } from "../index.ts";
import type { Connection } from "./connection.ts";

const CHAT = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";
const EVENT_STREAM = { "content-type": "text/event-stream" };

function frame(event: string, id: string | null, data: object = {}): string {
  const head = id === null ? "" : `id: ${id}\n`;
  return `${head}event: ${event}\ndata: ${JSON.stringify({ chat_id: CHAT, ...data })}\n\n`;
}

/** A connection that sends these pieces and then ends, or stays open. */
function stream(pieces: readonly string[], end: "ends" | "stays" = "ends"): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      if (end === "ends") controller.close();
    },
  });
  return new Response(body, { headers: EVENT_STREAM });
}

function refusal(status: number, code: string, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify({ title: code, status, code }), { status, headers });
}

interface Server {
  readonly client: Everturn;
  /** The cursor of each connection. */
  readonly cursors: (string | null)[];
}

/** Gives one answer after the other; the last one again and again. */
function server(answers: readonly (() => Response)[]): Server {
  const cursors: (string | null)[] = [];
  const client = new Everturn({
    baseUrl: "http://nowhere",
    apiKey: "k",
    fetch: (_url, init) => {
      cursors.push(new Headers(init?.headers).get("last-event-id"));
      const answer = answers[Math.min(cursors.length, answers.length) - 1] ?? lost;
      return new Promise((resolve) => resolve(endedBy(init?.signal, answer())));
    },
  });
  return { client, cursors };
}

/** As a browser does it. */
function endedBy(signal: AbortSignal | null | undefined, response: Response): Response {
  if (signal == null || response.body === null) return response;
  const body = response.body.pipeThrough(new TransformStream(), { signal });
  return new Response(body, response);
}

const lost = () => {
  throw new TypeError("fetch failed");
};

/** Reads until `count` events have come. */
async function read({ client }: Server, count: number, options: object = {}): Promise<string[]> {
  const types: string[] = [];
  for await (const { type } of client.chats.stream(CHAT, options)) if (types.push(type) === count) break;
  return types;
}

test("T4 a lost connection is resumed behind the last event that had an id", async () => {
  const first = [frame("chat", null), frame("caught_up", "c1"), frame("preview_reset", null)];
  const served = server([() => stream(first), lost, () => stream([frame("status", "c2")])]);
  assert.deepEqual(await read(served, 4), ["chat", "caught_up", "preview_reset", "status"]);
  assert.deepEqual(served.cursors, [null, "c1", "c1"]);
});

test("frames may be cut anywhere, also inside of a character", async () => {
  const bytes = new TextEncoder().encode(frame("error", "c1", { error: { message: "süß 日本" } }));
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const served = server([() => new Response(body, { headers: EVENT_STREAM })]);
  for await (const event of served.client.chats.stream(CHAT)) {
    assert.equal(event.type === "error" && event.data.error.message, "süß 日本");
    break;
  }
});

test("T6 a connection on which nothing comes is given up and made anew", async () => {
  const served = server([
    () => stream([frame("caught_up", "c1")], "stays"),
    () => stream([frame("status", "c2")]),
  ]);
  const told: Connection[] = [];
  const options = { silenceMaxMs: 30, onConnection: (connection: Connection) => told.push(connection) };
  assert.deepEqual(await read(served, 2, options), ["caught_up", "status"]);
  assert.deepEqual(
    told.map(({ state }) => state),
    ["connecting", "live", "reconnecting", "live"],
  );
  const waiting = told.find(({ state }) => state === "reconnecting");
  assert.ok(waiting?.state === "reconnecting" && waiting.reason.includes("nothing came for 0.03 seconds"));
});

test("a server that has no room is asked again when it said", async () => {
  const full = () => refusal(429, "too_many_streams", { "retry-after": "0.6" });
  const served = server([full, () => stream([frame("caught_up", "c1")])]);
  const told: Connection[] = [];
  const before = Date.now();
  await read(served, 1, { onConnection: (connection: Connection) => told.push(connection) });
  const waiting = told.find(({ state }) => state === "reconnecting");
  assert.ok(waiting?.state === "reconnecting" && waiting.retryAt - before >= 600);
});

test("a server that shuts down says with `retry:` when to come back", async () => {
  const served = server([
    () => stream([frame("caught_up", "c1"), "retry: 700\n\n"]),
    () => stream([frame("status", "c2")]),
  ]);
  const told: Connection[] = [];
  const before = Date.now();
  await read(served, 2, { onConnection: (connection: Connection) => told.push(connection) });
  const waiting = told.find(({ state }) => state === "reconnecting");
  assert.ok(waiting?.state === "reconnecting" && waiting.retryAt - before >= 700);
});

test("a refusal for good ends the stream with its error, and a cursor that is refused begins anew", async () => {
  for (const [status, code] of [
    [401, "unauthenticated"],
    [403, "forbidden"],
    [404, "chat_not_found"],
  ] as const) {
    const served = server([() => refusal(status, code)]);
    await assert.rejects(read(served, 1), (error) => error instanceof EverturnError && error.code === code);
    assert.equal(served.cursors.length, 1);
  }
  const anew = server([() => refusal(410, "gone"), () => stream([frame("caught_up", "c1")])]);
  await read(anew, 1, { after: "old" });
  assert.deepEqual(anew.cursors, ["old", null]);
});

test("a frame that is no event is named, after the stream was tried again", async () => {
  const broken = server([() => stream(["event: status\ndata: <html>\n\n"])]);
  await assert.rejects(read(broken, 1), /The event status is not a JSON object: <html>/u);
  assert.equal(broken.cursors.length, 3);
  const page = server([() => new Response("<html>", { headers: { "content-type": "text/html" } })]);
  await assert.rejects(read(page, 1), EverturnStreamError);
  const foreign = server([() => stream([`event: status\ndata: {"chat_id":"another"}\n\n`])]);
  await assert.rejects(read(foreign, 1), /of another chat: another/u);
});

test("events of a newer server are passed over", async () => {
  const served = server([() => stream([frame("something_new", "c1"), frame("caught_up", "c2")])]);
  assert.deepEqual(await read(served, 1), ["caught_up"]);
});

test("a signal ends the stream quietly, while it waits and while it reads", async () => {
  for (const answer of [lost, () => stream([], "stays")]) {
    const controller = new AbortController();
    const served = server([answer]);
    const reading = read(served, 1, {
      signal: controller.signal,
      onConnection: ({ state }: Connection) => {
        if (state === "reconnecting" || state === "live") setTimeout(() => controller.abort(), 5);
      },
      silenceMaxMs: 100,
    });
    assert.deepEqual(await reading, []);
  }
});

test("a stream that rests has no connection, and goes on behind the last event that had an id", async () => {
  let isResting = false;
  let tell = () => undefined as void;
  const rest = {
    isResting: () => isResting,
    subscribe: (listener: () => void) => {
      tell = listener;
      return () => undefined;
    },
  };
  const set = (value: boolean) => {
    isResting = value;
    tell();
  };
  const served = server([
    () => stream([frame("caught_up", "c1")], "stays"),
    () => stream([frame("status", "c2")]),
  ]);
  const told: string[] = [];
  const onConnection = ({ state }: Connection) => {
    told.push(state);
    if (state !== "resting") return;
    assert.equal(served.cursors.length, 1);
    // A change that changes nothing wakes nobody.
    setTimeout(() => set(true), 0);
    setTimeout(() => set(false), 5);
  };
  const types: string[] = [];
  for await (const { type } of served.client.chats.stream(CHAT, { rest, onConnection })) {
    if (types.push(type) === 2) break;
    set(true);
  }
  assert.deepEqual(types, ["caught_up", "status"]);
  assert.deepEqual(served.cursors, [null, "c1"]);
  assert.deepEqual(told, ["connecting", "live", "resting", "connecting", "live"]);
});
