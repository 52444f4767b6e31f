// Writes the output of a process into its log as it arrives.
import { once } from "node:events";
import type { Readable } from "node:stream";
import { setImmediate, setTimeout } from "node:timers/promises";
import { discardPauseMs, drainMaxMs, drainQuietMs } from "../agent-limits.ts";
import type { OutputLog } from "./output-log.ts";

// The most that a pipe of an ordinary user may hold (fs.pipe-max-size): further bytes come from a child.
const pipeBytesMax = 1024 * 1024;

/**
 * Call the returned function when the process has exited. It resolves when everything that the process wrote is in the log.
 * Later output of children in the background is read and dropped until they close the pipe.
 */
export function collectOutput(sources: readonly Readable[], log: OutputLog): () => Promise<void> {
  const settles = sources.map((source) => collect(source, log));
  return async () => void (await Promise.all(settles.map((settle) => settle())));
}

function collect(source: Readable, log: OutputLog): () => Promise<void> {
  let bytes = 0;
  let isClosed = false;
  let discards = false;
  // A broken pipe has ended. There is nobody to tell.
  source.on("error", () => undefined);
  const closed = once(source, "close").then(
    () => (isClosed = true),
    () => (isClosed = true),
  );
  source.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (!discards) return log.append(chunk);
    source.pause();
    void setTimeout(discardPauseMs, undefined, { ref: false }).then(() => source.resume());
  });
  return async () => {
    const deadline = performance.now() + drainMaxMs;
    const bytesMax = bytes + pipeBytesMax;
    for (;;) {
      const before = bytes;
      await Promise.race([closed, setTimeout(drainQuietMs)]);
      // The timers of a busy agent may be late: read what is in the pipe before the silence counts.
      await setImmediate();
      await setImmediate();
      if (isClosed || bytes === before || bytes >= bytesMax || performance.now() > deadline) break;
    }
    discards = true;
  };
}
