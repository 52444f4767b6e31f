// The API speaks HTTP and the store; this file: one response as a stream of server-sent events, with an eye on how much of
// it the other side has not taken yet.
import type { Socket } from "node:net";
import { readerStallMaxMs } from "../../core/chat/limits.ts";
import type { OpenStream } from "./open-stream.ts";
import type { Frames } from "./stream-log.ts";

/** Proxies close silent connections after half a minute or more (SPEC T6). */
const pingEveryMs = 15_000;

/** Where batches go. Also what is no HTTP may be one. */
export interface EventSink<Batch extends Frames> {
  write(batch: Batch): void;
  /** Whether the other side has not taken what was written: more would only wait here. */
  readonly full: boolean;
  readonly closed: boolean;
  /** Resolves when nothing waits any more, or the sink is closed. */
  drained(): Promise<void>;
  /** @param retryMs tells the reader to come back after this; null: there is nothing to come back for */
  end(retryMs: number | null): void;
}

/** Sends the head of the response at once. Ends by itself when the reader leaves, or takes nothing for a minute. */
export function createSseWriter(stream: OpenStream): EventSink<Frames> {
  const { response } = stream;
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    // Asks nginx not to collect frames.
    "x-accel-buffering": "no",
  });
  response.flushHeaders();
  response.socket?.setNoDelay(true);
  const isClosed = () => stream.isLeft || response.destroyed || response.writableEnded;
  keepAlive(stream, () => {
    if (!response.writableNeedDrain && !isClosed()) response.write(": ping\n\n");
  });
  return {
    write(batch) {
      if (!isClosed()) response.write(batch.bytes);
    },
    get full() {
      return response.writableNeedDrain;
    },
    get closed() {
      return isClosed();
    },
    async drained() {
      if (!response.writableNeedDrain || isClosed()) return;
      await new Promise<void>((resolve) => {
        const done = () => {
          response.off("drain", done);
          forget();
          resolve();
        };
        response.on("drain", done);
        const forget = stream.onLeft(done);
      });
    },
    end(retryMs) {
      if (isClosed()) return;
      response.end(retryMs === null ? undefined : `retry: ${retryMs}\n\n`);
    },
  };
}

/** Bytes of a write that the system has not taken yet: they become fewer while a slow reader takes a large write piece by piece. */
function handedToSystem(socket: Socket): number {
  // Node's own socket timeouts look there, and have no public name for it.
  const { _handle: handle } = socket as Socket & {
    readonly _handle?: { readonly writeQueueSize?: number } | null;
  };
  return handle?.writeQueueSize ?? 0;
}

/**
 * Pings, and cuts the connection of a reader for whom bytes wait and who has taken none of them for a minute (SPEC T10): a
 * stopped process, or a network that went away without a word. If it lives, it comes back by its cursor. This goes on until the
 * connection is free of the response: what was written last has to be taken, too.
 */
function keepAlive({ request: { socket }, response }: OpenStream, ping: () => void): void {
  let taken = -1;
  let stalledMs = 0;
  const beat = setInterval(() => {
    const now = socket.bytesWritten - socket.writableLength - handedToSystem(socket);
    stalledMs = socket.writableLength > 0 && now === taken ? stalledMs + pingEveryMs : 0;
    taken = now;
    if (stalledMs >= readerStallMaxMs) socket.destroy();
    else ping();
  }, pingEveryMs);
  const stop = () => {
    clearInterval(beat);
    response.off("close", stop);
    socket.off("close", stop);
  };
  response.once("close", stop);
  socket.once("close", stop);
}
