// Collects items until a limit is reached, so that a result is cut between items.
import { utf8Length } from "../../../core/text/truncate.ts";
import { collectedBytesMax } from "./file-limits.ts";

export interface Collector<Item> {
  readonly items: readonly Item[];
  /** Whether an item did not fit. */
  readonly truncated: boolean;
  /** Keeps the item if it fits. Returns false if the result is full. */
  add(item: Item): boolean;
}

/** Keeps at most `itemsMax` items of together at most `collectedBytesMax` bytes of JSON. */
export function createCollector<Item>(itemsMax: number): Collector<Item> {
  const items: Item[] = [];
  let bytes = 0;
  let truncated = false;
  return {
    items,
    get truncated() {
      return truncated;
    },
    add(item) {
      const size = utf8Length(JSON.stringify(item)) + 1;
      if (items.length >= itemsMax || bytes + size > collectedBytesMax) truncated = true;
      if (truncated) return false;
      bytes += size;
      items.push(item);
      return true;
    },
  };
}
