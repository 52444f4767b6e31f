// What it costs at most to check arguments against a JSON schema: both may come from strangers, and alternatives of alternatives
// could be tried for hours. Pure.
import type { JsonObject, JsonValue } from "../../../core/part/part.ts";

export interface CheckRoom {
  /** Places of schemas that may still be looked at, each with each value. */
  left: number;
}

/** Some ten milliseconds; real tools need a few thousand for one call. */
const checksMax = 20_000;
/** Of schemas inside each other, references followed. */
const heightMax = 100;
/** A long text counts for more than one value. */
const bytesPerValue = 256;

/** For all decisions of one request. */
export function roomForChecks(): CheckRoom {
  return { left: checksMax };
}

/** Infinity: the schema leads back to itself, or nowhere. */
export function costOfCheck(schema: JsonObject, args: JsonObject): number {
  const { size, height } = new Measure(schema).of(schema);
  if (height > heightMax) return Number.POSITIVE_INFINITY;
  return size * (1 + valuesIn(args) + Buffer.byteLength(JSON.stringify(args)) / bytesPerValue);
}

function valuesIn(value: JsonValue | undefined): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, each) => sum + valuesIn(each as JsonValue), 1);
}

interface Extent {
  /** As if each reference were replaced by its target. */
  readonly size: number;
  readonly height: number;
}

const ENDLESS: Extent = { size: Number.POSITIVE_INFINITY, height: Number.POSITIVE_INFINITY };

class Measure {
  readonly #root: JsonObject;
  readonly #targets = new Map<string, Extent>();

  constructor(root: JsonObject) {
    this.#root = root;
  }

  of(value: JsonValue | undefined): Extent {
    if (typeof value !== "object" || value === null) return { size: 1, height: 1 };
    const reference = (value as JsonObject)["$ref"];
    const inner = Object.values(value).map((each) => this.of(each as JsonValue));
    if (typeof reference === "string") inner.push(this.#ofTarget(reference));
    return {
      size: inner.reduce((sum, { size }) => sum + size, 1),
      height: inner.reduce((most, { height }) => Math.max(most, height), 0) + 1,
    };
  }

  #ofTarget(reference: string): Extent {
    const known = this.#targets.get(reference);
    if (known !== undefined) return known;
    // Whoever meets it again before it is measured has come back to it.
    this.#targets.set(reference, ENDLESS);
    const target = this.#find(reference);
    const extent = target === undefined ? ENDLESS : this.of(target);
    this.#targets.set(reference, extent);
    return extent;
  }

  /** By a JSON pointer (RFC 6901) into the schema itself. */
  #find(reference: string): JsonValue | undefined {
    if (!reference.startsWith("#/")) return undefined;
    let at: JsonValue | undefined = this.#root;
    for (const step of reference.slice(2).split("/")) {
      const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
      if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
      at = (at as JsonObject)[name];
    }
    return at;
  }
}
