// From a request to a stream: holds the watch, waits for its first look, and lets a reader follow until it leaves.
import type { Request } from "express";
import type { OpenStream } from "./open-stream.ts";
import { createSseWriter } from "./sse-writer.ts";
import type { Frames } from "./stream-log.ts";
import { type Readable, StreamReader } from "./stream-reader.ts";
import type { Watch } from "./watch.ts";
import type { HeldWatch, Watches } from "./watches.ts";

/** The watch of a thing, once readers can be told something of it; null when the reader has left meanwhile. */
export async function holdReady<
  Key,
  W extends Pick<Watch<unknown, Frames>, "ready" | "ended" | "readerCount" | "close">,
>(watches: Pick<Watches<Key, W>, "hold">, key: Key, stream: OpenStream): Promise<HeldWatch<W> | null> {
  if (stream.isLeft) return null;
  const held = watches.hold(key, stream);
  await held.watch.ready;
  return stream.isLeft ? null : held;
}

export interface FollowInput<Place, Batch extends Frames> {
  readonly watch: Readable<Place, Batch>;
  /** Where the reader left off. */
  readonly place: Place;
  /** What must have happened before the reader is told where things stand. */
  readonly before?: (() => Promise<void>) | undefined;
}

/** Sends the head of the response, then what the watch tells. */
export function followWatch<Place, Batch extends Frames>(
  stream: OpenStream,
  { watch, place, before }: FollowInput<Place, Batch>,
): void {
  const sink = createSseWriter(stream);
  if (stream.request.method === "HEAD") return sink.end(null);
  const reader = new StreamReader({ watch, sink, place });
  stream.onLeft(() => reader.stop());
  reader.start(before);
}

/**
 * The id where a reader was cut off. The header wins: a client that reconnects by itself sends it together with the URL it began
 * with. An empty header means nothing: some clients send one before they have received an id.
 * @param after from the query, already validated
 */
export function resumeFrom(request: Pick<Request, "get">, after: string | undefined): string | undefined {
  return request.get("Last-Event-ID") || after;
}
