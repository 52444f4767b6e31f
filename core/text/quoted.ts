// Core is pure: names as errors repeat them.
import { headOf } from "./truncate.ts";

/** Bytes of a path or a name that an error repeats. */
const quotedBytesMax = 200;

/** A path or name as JSON text: a newline in a name must not look like words of ours. */
export function quoted(name: string): string {
  const head = headOf(name, quotedBytesMax);
  return JSON.stringify(head === name ? name : `${head}…`);
}
