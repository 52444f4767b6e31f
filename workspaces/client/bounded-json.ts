// JSON from where anybody may have written it. Its size is known from a look at its bytes, before an object is made of any of
// them: 31 MB of `{}` are ten million objects, and parsing cannot be interrupted.
import { JsonScanner } from "../../core/text/json-scanner.ts";

export interface JsonBounds {
  /** Values and brackets, as JsonScanner counts them. */
  readonly nodesMax: number;
  readonly depthMax: number;
}

/** The value. Throws an Error in words on what is too much, and a SyntaxError on what is no JSON. */
export function boundedJson(bytes: Uint8Array, { nodesMax, depthMax }: JsonBounds): unknown {
  const scanner = new JsonScanner({ keptBytesMax: 0, keptMessagesMax: 0 });
  scanner.push(bytes);
  const { depth, nodes } = scanner.scanned.rest;
  if (depth > depthMax) throw new Error(`nested deeper than ${depthMax}`);
  if (nodes > nodesMax) throw new Error(`more than ${nodesMax} values`);
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
}
