// Tools: collects what a tool found until its caps are reached, so that a result is cut by whole items and never again.
import type { JsonValue } from "../core/part.ts";
import { jsonLength } from "../core/truncate.ts";
import { collectedBytesMax } from "./tool-limits.ts";

export interface Collector<Item extends JsonValue> {
  readonly items: readonly Item[];
  /** Whether something did not fit. */
  readonly truncated: boolean;
  /** Keeps the item if it fits; false means that the result is full. */
  add(item: Item): boolean;
}

/** Keeps at most `itemsMax` items of together at most `collectedBytesMax` bytes of JSON. */
export function createCollector<Item extends JsonValue>(itemsMax: number): Collector<Item> {
  const items: Item[] = [];
  let bytes = 0;
  let truncated = false;
  return {
    items,
    get truncated() {
      return truncated;
    },
    add(item) {
      const size = jsonLength(item) + 1;
      if (items.length >= itemsMax || bytes + size > collectedBytesMax) truncated = true;
      if (truncated) return false;
      bytes += size;
      items.push(item);
      return true;
    },
  };
}
