// Tests: a reader over a real socket that stops taking and takes again as the test says, and the server's end of it.
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createParser } from "eventsource-parser";
import type { Hubs } from "../../../api/streams/chat/hubs.ts";
import { OpenStream } from "../../../api/streams/open-stream.ts";
import { createSseWriter, type EventSink } from "../../../api/streams/sse-writer.ts";
import type { Frames } from "../../../api/streams/stream-log.ts";
import { StreamReader } from "../../../api/streams/stream-reader.ts";
import type { ChatView } from "../../../core/stream/chat-reducer.ts";
import { createCheckedReader } from "../../../core/stream/checked-reader.ts";
import type { StreamEvent } from "../../../core/stream/stream-event.ts";
import { aVisit } from "./held-sink.ts";

export type SlowReader = Awaited<ReturnType<typeof openSlowReader>>;

/** Joins the hub of a chat by a connection of its own. */
export async function openSlowReader(chatId: string, hubs: Hubs) {
  const visit = aVisit();
  const held = hubs.hold(chatId, visit);
  await held.watch.ready;
  let writer: EventSink<Frames> | null = null;
  const { stream, answer, close } = await openExchange((opened) => {
    writer = createSseWriter(opened);
  });
  const sink = writer as unknown as EventSink<Frames>;
  const checked = createCheckedReader(chatId);
  const types: string[] = [];
  const watchers = new Set<() => void>();
  let retryMs: number | null = null;
  let ended = false;
  const parser = createParser({
    onEvent: ({ event, id, data }) => {
      types.push(String(event));
      checked.apply({ type: event, data: JSON.parse(data) } as StreamEvent, id ?? null);
    },
    onRetry: (ms) => {
      retryMs = ms;
    },
  });
  const look = () => {
    for (const each of watchers) each();
  };
  answer.setEncoding("utf8");
  answer.on("data", (chunk: string) => {
    parser.feed(chunk);
    look();
  });
  answer.on("end", () => {
    ended = true;
    look();
  });
  const reader = new StreamReader({
    watch: held.watch,
    sink,
    place: { cursor: null, taken: null, messagesMax: 200 },
  });
  return {
    checked,
    types,
    sink,
    /** Bytes that wait at the server, beyond what the kernel has taken. */
    waiting: () => stream.response.writableLength,
    retryMs: () => retryMs,
    ended: () => ended,
    start: () => reader.start(),
    stop: () => void answer.pause(),
    go: () => void answer.resume(),
    text: () => writtenText(checked.view),
    until: (holds: () => boolean) =>
      new Promise<void>((resolve) => {
        const each = () => {
          if (!holds()) return;
          watchers.delete(each);
          resolve();
        };
        watchers.add(each);
        each();
      }),
    close() {
      reader.stop();
      visit.leave();
      close();
    },
  };
}

function writtenText({ previews }: ChatView): string {
  const parts = [...(previews.get("")?.content.values() ?? [])];
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("");
}

interface Exchange {
  readonly stream: OpenStream;
  readonly answer: IncomingMessage;
  readonly close: () => void;
}

/** One request, both ends of it in hand. @param begin sends the head of the response */
export async function openExchange(begin: (stream: OpenStream) => void): Promise<Exchange> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const asked = new Promise<OpenStream>((resolve) => {
    server.once("request", (request, response) => {
      const stream = new OpenStream({ request, response });
      begin(stream);
      resolve(stream);
    });
  });
  const answer = await new Promise<IncomingMessage>((resolve) => get({ port, host: "127.0.0.1" }, resolve));
  const close = () => {
    answer.destroy();
    server.close();
  };
  return { stream: await asked, answer, close };
}
