// Reads the output of processes from the agent's frames. A stream may go on for hours, so the protocol is checked: each frame has a
// limit, offsets only rise, and there are no more pings than the agent sends.
import type { IncomingMessage } from "node:http";
import { AgentError } from "../agent/agent-error.ts";
import type { OutputRange, ProcessEvent } from "../agent/api.ts";
import { processSchema } from "../agent/wire/answers.ts";
import { FrameReader, type ReceivedFrame } from "../agent/wire/frames.ts";
import { followPingMs } from "../agent/wire/protocol.ts";
import { badAnswer, checked, errorIn, parseFrameJson } from "./agent-answers.ts";
import { classify } from "./agent-connection.ts";

// Three missed pings.
const followSilenceMaxMs = 3 * followPingMs;
// The agent pings every 5 s. A slow reader may find several at once.
const pingsAheadMax = 10;
const pingEveryMsMin = 1_000;
// A slow reader may miss output in steps of a segment (4 MiB).
const gapsMax = 1_000;

/** The body of an `output` answer. Throws `bad_answer`. */
export function rangeOf(body: Buffer): OutputRange {
  const [output, last, ...more] = framesIn(new FrameReader(parseFrameJson), body);
  if (output?.type !== "output" || last?.type !== "process" || more.length > 0)
    throw badAnswer("other frames");
  if (!Number.isSafeInteger(output.offset)) throw badAnswer("an offset that is no number");
  const { offset, bytes } = output;
  return { offset, bytes, process: checked(processSchema, last.json) };
}

/** Reads only as fast as the caller. Leaving the loop closes the connection. */
export async function* followOutput(
  open: () => Promise<IncomingMessage>,
  offset: number,
  signal: AbortSignal,
): AsyncGenerator<ProcessEvent, void, void> {
  const answer = await open();
  const reader = new FrameReader(parseFrameJson);
  const watch = new FrameWatch(offset);
  try {
    for await (const piece of piecesOf(answer)) {
      for (const event of watch.take(framesIn(reader, piece))) {
        yield event;
        if (event.type === "ended") return;
        signal.throwIfAborted();
      }
    }
  } catch (error) {
    throw classify(error, signal);
  } finally {
    answer.destroy();
  }
  throw new AgentError("unreachable", "the workspace's agent ended the stream early");
}

/** Checks that the frames of one stream follow the protocol. */
class FrameWatch {
  readonly #beganMs = performance.now();
  #end: number;
  #pings = 0;
  #gaps = 0;

  constructor(offset: number) {
    this.#end = offset;
  }

  /** The events in these frames. Adjacent output becomes one event, so many small frames cost no more than one. */
  *take(frames: readonly ReceivedFrame[]): Generator<ProcessEvent, void, void> {
    let row: OutputFrame[] = [];
    for (const frame of frames) {
      if (frame.type === "output") {
        if (frame.bytes.length === 0) throw badAnswer("output of no bytes");
        if (this.#isAfterGap(frame.offset) && row.length > 0) {
          yield inOne(row);
          row = [];
        }
        this.#end = frame.offset + frame.bytes.length;
        row.push(frame);
        continue;
      }
      if (row.length > 0) yield inOne(row);
      row = [];
      const ended = this.#endIn(frame);
      if (ended !== null) return yield ended;
    }
    if (row.length > 0) yield inOne(row);
  }

  #endIn(frame: Exclude<ReceivedFrame, { type: "output" }>): ProcessEvent | null {
    switch (frame.type) {
      case "ended":
        return { type: "ended", process: checked(processSchema, frame.json) };
      case "ping":
        this.#countPing();
        return null;
      case "error":
        throw errorIn(frame.json) ?? badAnswer("an error of an unknown kind");
      case "process":
        throw badAnswer("another frame");
    }
  }

  /** Whether output is missing before this offset. */
  #isAfterGap(offset: number): boolean {
    if (offset === this.#end) return false;
    this.#gaps += 1;
    if (!Number.isSafeInteger(offset) || offset < this.#end || this.#gaps > gapsMax) {
      throw badAnswer("offsets out of order");
    }
    return true;
  }

  #countPing(): void {
    this.#pings += 1;
    const expected = (performance.now() - this.#beganMs) / pingEveryMsMin;
    if (this.#pings > pingsAheadMax + expected) throw badAnswer("pings without end");
  }
}

type OutputFrame = Extract<ReceivedFrame, { type: "output" }>;

function inOne(row: readonly OutputFrame[]): ProcessEvent {
  const [first, ...more] = row;
  const bytes =
    first !== undefined && more.length === 0 ? first.bytes : Buffer.concat(row.map((each) => each.bytes));
  return { type: "output", offset: first?.offset ?? 0, bytes };
}

function framesIn(reader: FrameReader, bytes: Buffer): ReceivedFrame[] {
  try {
    return reader.push(bytes);
  } catch (error) {
    throw badAnswer((error as Error).message);
  }
}

/** Silence counts only while we wait for data, so that a slow reader does not take the agent for dead. */
async function* piecesOf(answer: IncomingMessage): AsyncGenerator<Buffer, void, void> {
  const silent = () => answer.destroy(new AgentError("unreachable", "the workspace's agent fell silent"));
  const pieces = (answer as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  for (;;) {
    const timer = setTimeout(silent, followSilenceMaxMs);
    const next = await pieces.next().finally(() => clearTimeout(timer));
    if (next.done === true) return;
    yield next.value;
  }
}
