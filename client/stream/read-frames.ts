// From the bytes of an answer to frames of server-sent events. A connection on which nothing comes any more counts as lost.
import { createParser } from "eventsource-parser";
import { EverturnNetworkError, EverturnStreamError } from "../http/errors.ts";

export interface Frame {
  readonly type: string;
  /** Null: the stream cannot be resumed from here. */
  readonly id: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The server pings each 15 seconds: three missed ones in a row are a dead connection. */
export const silenceMaxMs = 45_000;
/** Far more than a frame of the server may have. Without it, something that is no event stream would fill the memory. */
const frameCharsMax = 8 * 1024 * 1024;
const shownCharsMax = 200;

export interface ReadFramesInput {
  readonly response: Response;
  /** Called whenever bytes arrive. */
  readonly onBytes: () => void;
  /** How long the server wants to be left alone before the next connection. */
  readonly onRetry: (ms: number) => void;
  readonly silenceMaxMs?: number;
}

/**
 * Ends when the server ends the stream. Throws EverturnNetworkError on a lost connection, and EverturnStreamError on a frame
 * that is no event.
 */
export async function* readFrames(input: ReadFramesInput): AsyncGenerator<Frame, void, undefined> {
  const reader = openReader(input.response);
  const decoder = new TextDecoder();
  const frames: { event?: string | undefined; id?: string | undefined; data: string }[] = [];
  let fault: Error | null = null;
  const parser = createParser({
    maxBufferSize: frameCharsMax,
    onEvent: (frame) => frames.push(frame),
    onRetry: input.onRetry,
    onError: (error) => {
      // What nobody knows is to be passed over.
      if (error.type === "max-buffer-size-exceeded") fault = error;
    },
  });
  try {
    for (;;) {
      const chunk = await inTime(reader.read(), input.silenceMaxMs ?? silenceMaxMs);
      if (chunk.done) return;
      input.onBytes();
      parser.feed(decoder.decode(chunk.value, { stream: true }));
      for (const frame of frames.splice(0)) yield parsed(frame);
      if (fault !== null) throw new EverturnStreamError(`The stream cannot be read: ${String(fault)}`);
    }
  } finally {
    // On a connection that is lost already, this fails too.
    reader.cancel().catch(() => undefined);
  }
}

function openReader(response: Response): ReadableStreamDefaultReader<Uint8Array> {
  const type = response.headers.get("content-type") ?? "";
  if (!type.startsWith("text/event-stream") || response.body === null) {
    response.body?.cancel().catch(() => undefined);
    throw new EverturnStreamError(`The answer is ${type === "" ? "empty" : type}, and not an event stream`);
  }
  return response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
}

async function inTime<T>(reading: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new EverturnNetworkError("The stream was lost", `nothing came for ${ms / 1000} seconds`));
    }, ms);
  });
  try {
    return await Promise.race([reading, silence]);
  } catch (error) {
    throw error instanceof EverturnNetworkError
      ? error
      : new EverturnNetworkError("The stream was lost", error);
  } finally {
    clearTimeout(timer);
  }
}

function parsed({
  event,
  id,
  data,
}: {
  event?: string | undefined;
  id?: string | undefined;
  data: string;
}): Frame {
  const type = event ?? "message";
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    value = null;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new EverturnStreamError(`The event ${type} is not a JSON object: ${data.slice(0, shownCharsMax)}`);
  return { type, id: id ?? null, data: value as Record<string, unknown> };
}
