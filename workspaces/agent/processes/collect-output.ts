// What a process writes goes into its log as it comes.
import { once } from "node:events";
import type { Readable } from "node:stream";
import { setImmediate, setTimeout } from "node:timers/promises";
import { discardPauseMs, drainMaxMs, drainQuietMs } from "../agent-limits.ts";
import type { OutputLog } from "./output-log.ts";

// The most that a pipe of an ordinary user may hold (fs.pipe-max-size): what comes after that many bytes is a child's.
const pipeBytesMax = 1024 * 1024;

/** Collects until the returned function is called, once the process has exited: it resolves when all that the process wrote is
 * in the log. What children in the background write later is read and thrown away, until they close the pipe. */
export function collectOutput(sources: readonly Readable[], log: OutputLog): () => Promise<void> {
  const settles = sources.map((source) => collect(source, log));
  return async () => void (await Promise.all(settles.map((settle) => settle())));
}

function collect(source: Readable, log: OutputLog): () => Promise<void> {
  let bytes = 0;
  let isClosed = false;
  let discards = false;
  // A pipe that breaks has ended; there is nobody to tell.
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
      // A busy agent may be late with its timers: what lies in the pipe is read before silence is believed.
      await setImmediate();
      await setImmediate();
      if (isClosed || bytes === before || bytes >= bytesMax || performance.now() > deadline) break;
    }
    discards = true;
  };
}
