// Quotes names in error messages.
import { headOf } from "./truncate.ts";

/** Bytes of a path or name that an error repeats. */
const quotedBytesMax = 200;

/** A path or name as JSON text: a newline in a name must not look like text of the error. */
export function quoted(name: string): string {
  const head = headOf(name, quotedBytesMax);
  return JSON.stringify(head === name ? name : `${head}…`);
}
