// Cuts the items of a transcript into chunks that keep their identity while items are added at both ends. The page renders a chunk
// anew only when one of its items changed.
import type { TranscriptItem } from "./items.ts";

export interface TranscriptChunk {
  /** The key of its first item. */
  readonly key: string;
  readonly items: readonly TranscriptItem[];
}

/** A chunk ends before the next message of the user once it has this many items, and anyway at twice as many. */
const chunkItems = 30;

/** @param before the chunks of the last time */
export function chunksOf(
  items: readonly TranscriptItem[],
  before: readonly TranscriptChunk[],
): readonly TranscriptChunk[] {
  const known = new Map(before.map((chunk) => [chunk.key, chunk]));
  const chunks: TranscriptChunk[] = [];
  let current: TranscriptItem[] = [];
  const end = (): void => {
    const [first] = current;
    if (first === undefined) return;
    chunks.push(sameOrNew(known.get(first.key), { key: first.key, items: current }));
    current = [];
  };
  for (const item of items) {
    const isFull = current.length >= chunkItems && (item.type === "user" || current.length >= 2 * chunkItems);
    if (isFull || known.has(item.key)) end();
    current.push(item);
  }
  end();
  return chunks;
}

function sameOrNew(old: TranscriptChunk | undefined, chunk: TranscriptChunk): TranscriptChunk {
  if (old === undefined || old.items.length !== chunk.items.length) return chunk;
  return old.items.every((item, at) => item === chunk.items[at]) ? old : chunk;
}
