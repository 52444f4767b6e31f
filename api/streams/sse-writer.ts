// Writes server-sent events to a response, and tells whether the other side keeps up.
import type { Socket } from "node:net";
import { readerStallMaxMs } from "../../core/chat/limits.ts";
import type { OpenStream } from "./open-stream.ts";
import type { Frames } from "./stream-log.ts";

/** Proxies close silent connections after half a minute or more (SPEC T6). */
const pingEveryMs = 15_000;

/** Where a reader's batches go. */
export interface EventSink<Batch extends Frames> {
  write(batch: Batch): void;
  /** Whether what was written before still waits here, so that more would only wait, too. */
  readonly full: boolean;
  readonly closed: boolean;
  /** Resolves when nothing waits any more, or the sink is closed. */
  drained(): Promise<void>;
  /** @param retryMs tells the reader to come back after this time; null: there is nothing to come back for */
  end(retryMs: number | null): void;
}

/** Sends the head of the response at once. Ends by itself when the reader leaves or takes nothing for a minute. */
export function createSseWriter(stream: OpenStream): EventSink<Frames> {
  const { response } = stream;
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    // Asks nginx not to buffer frames.
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

/** Bytes of a write that the kernel has not taken yet. They decrease while a slow reader takes a large write piece by piece. */
function handedToSystem(socket: Socket): number {
  // Node's own socket timeouts use this field; there is no public name for it.
  const { _handle: handle } = socket as Socket & {
    readonly _handle?: { readonly writeQueueSize?: number } | null;
  };
  return handle?.writeQueueSize ?? 0;
}

/**
 * Sends pings, and closes the connection if bytes wait and the reader has taken none for a minute (SPEC T10): its process has
 * stopped, or its network is gone. If it lives, it comes back with its cursor. This continues until the connection is free of the
 * response, since the last bytes must be taken, too.
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
