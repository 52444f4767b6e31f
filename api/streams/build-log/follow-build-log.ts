// The API speaks HTTP and the store; this file: one reader of a build's log, from where it stands to the build's end.
import { assertNever } from "../../../core/assert-never.ts";
import { encodeFrame } from "../sse-frame.ts";
import type { EventSink, Frames } from "../sse-writer.ts";
import type { BuildEnd, BuildLogWatch } from "./build-log-watch.ts";

/** Readers sent away together come back spread over this time. */
const retryMinMs = 500;
const retrySpreadMs = 1_000;

export interface BuildLogReading {
  readonly watch: Pick<BuildLogWatch, "next">;
  readonly sink: EventSink<Frames>;
  /** Lines up to this one are known to the reader. */
  readonly after: number;
}

/**
 * Sends lines as they come, no faster than the other side takes them, then the end. Resolves when the stream has ended or
 * its reader has gone.
 */
export async function followBuildLog({ watch, sink, after }: BuildLogReading): Promise<void> {
  let seq = after;
  while (!sink.closed) {
    const step = await watch.next(seq);
    switch (step.type) {
      case "lines":
        sink.write(step.frames);
        seq = step.last_seq;
        await sink.drained();
        break;
      case "end":
        sink.write(endFrames(step.end));
        return sink.end(null);
      case "retry":
        return sink.end(retryMs());
      default:
        assertNever(step);
    }
  }
}

/** When to come back, for a reader that is sent away. */
export function retryMs(): number {
  return retryMinMs + Math.floor(Math.random() * retrySpreadMs);
}

/** Without an id: who comes back after it is told the end again. */
function endFrames({ status, error }: BuildEnd): Frames {
  const bytes = Buffer.from(encodeFrame({ event: "end", json: JSON.stringify({ status, error }) }));
  return { bytes, entries: { length: 1 } };
}
