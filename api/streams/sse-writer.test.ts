// A response as a stream of events, over real HTTP, with a reader that stops taking.
import assert from "node:assert/strict";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, mock, test } from "node:test";
import type { StreamEvent } from "../../core/stream/stream-event.ts";
import { EventBatch } from "./chat/model/event-batch.ts";
import { OpenStream } from "./open-stream.ts";
import { createSseWriter, type EventSink } from "./sse-writer.ts";
import type { Frames } from "./stream-log.ts";

const chatId = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";
let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
const server = createServer((request, response) => answer(request, response));
before(() => new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve)));
after(() => {
  server.closeAllConnections();
  server.close();
});

interface Opened {
  readonly sink: EventSink<Frames>;
  readonly response: ServerResponse;
}

async function open(): Promise<Opened & { readonly reader: IncomingMessage }> {
  const opened = new Promise<Opened>((resolve) => {
    answer = (request, response) => {
      resolve({ response, sink: createSseWriter(new OpenStream({ request, response })) });
    };
  });
  const { port } = server.address() as AddressInfo;
  const reader = await new Promise<IncomingMessage>((resolve) => get({ port, host: "127.0.0.1" }, resolve));
  return { ...(await opened), reader };
}

async function textOf(reader: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of reader) text += String(chunk);
  return text;
}

function batchOf(title: string, count = 1): EventBatch {
  const event = { type: "chat", data: { chat_id: chatId, title } } as unknown as StreamEvent;
  return new EventBatch(
    chatId,
    Array.from({ length: count }, () => ({ event, cursor: null })),
  );
}

test("T6 a stream has its head at once, frames as server-sent events, and retry: at its end", async () => {
  const { sink, reader } = await open();
  assert.equal(reader.headers["content-type"], "text/event-stream; charset=utf-8");
  assert.match(String(reader.headers["cache-control"]), /no-cache/);
  const done = textOf(reader);
  const data = { chat_id: chatId };
  sink.write(
    new EventBatch(chatId, [
      { event: { type: "caught_up", data }, cursor: { version: 1, episode: null, seq: 0 } },
    ]),
  );
  sink.end(750);
  assert.match(await done, /^id: [\w-]+\nevent: caught_up\ndata: \{"chat_id":"[^"]+"\}\n\nretry: 750\n\n$/);
});

test("a chat that is gone ends its stream without retry:", async () => {
  const { sink, reader } = await open();
  sink.end(null);
  assert.equal(await textOf(reader), "");
});

test("T6 a silent stream says ping as a comment every fifteen seconds, and no more once it has ended", async () => {
  mock.timers.enable({ apis: ["setInterval"] });
  try {
    const { sink, reader } = await open();
    const done = textOf(reader);
    mock.timers.tick(14_999);
    mock.timers.tick(1);
    mock.timers.tick(15_000);
    sink.end(null);
    mock.timers.tick(60_000);
    assert.equal(await done, ": ping\n\n: ping\n\n");
  } finally {
    mock.timers.reset();
  }
});

/** Writes until the kernel has taken what it takes, and more. */
async function overfill({ sink, reader }: Awaited<ReturnType<typeof open>>): Promise<void> {
  reader.pause();
  const megabyte = batchOf("x".repeat(1024 * 1024));
  while (!sink.full) {
    sink.write(megabyte);
    await new Promise(setImmediate);
  }
}

test("T6 a reader that takes nothing is not pinged: what waits for it does not grow", async () => {
  mock.timers.enable({ apis: ["setInterval"] });
  try {
    const opened = await open();
    await overfill(opened);
    const waiting = opened.response.writableLength;
    mock.timers.tick(3 * 15_000);
    assert.ok(opened.response.writableLength <= waiting);
    opened.reader.destroy();
    await opened.sink.drained();
  } finally {
    mock.timers.reset();
  }
});

test("T10 a reader that takes nothing for a minute is cut off, also when its stream has ended; one that takes again is not", async () => {
  mock.timers.enable({ apis: ["setInterval"] });
  try {
    for (const ends of [false, true]) {
      const opened = await open();
      await overfill(opened);
      if (ends) opened.sink.end(null);
      const cut = new Promise((resolve) => opened.response.once("close", resolve));
      mock.timers.tick(4 * 15_000);
      assert.ok(!opened.response.destroyed);
      mock.timers.tick(15_000);
      await cut;
      opened.reader.destroy();
    }
    const alive = await open();
    await overfill(alive);
    mock.timers.tick(4 * 15_000);
    const drained = alive.sink.drained();
    alive.reader.resume();
    await drained;
    mock.timers.tick(15_000);
    assert.ok(!alive.sink.closed);
    alive.reader.destroy();
  } finally {
    mock.timers.reset();
  }
});

test("T7 the sink of a reader that takes nothing is full, and drained when it takes again", async () => {
  const { sink, reader } = await open();
  const megabyte = batchOf("x".repeat(1024 * 1024));
  let sent = 0;
  // Kernels take some megabytes before they push back.
  while (!sink.full && sent < 200) {
    sink.write(megabyte);
    sent += 1;
    await new Promise(setImmediate);
  }
  assert.ok(sink.full);
  const drained = sink.drained();
  reader.resume();
  await drained;
  assert.ok(!sink.full);
  reader.destroy();
});
