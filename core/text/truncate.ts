// Cuts long text and long JSON to a number of UTF-8 bytes and keeps head and tail (SPEC L8).
import type { JsonObject, JsonValue } from "../part/part.ts";

/** Room for the note in the middle. The longest note has a count of 16 digits and needs 35. */
const noteBytesMax = 48;
/** Strings cut shorter than this say nothing. Then the result is cut as one piece of JSON text. */
const stringBytesMin = 256;

export interface Truncated<T> {
  readonly value: T;
  readonly truncated: boolean;
}

/** UTF-8 bytes of a code point; a lone surrogate counts as the three bytes of its replacement character. */
function bytesOf(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

/** UTF-8 bytes of `text`. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const codePoint = text.codePointAt(at) ?? 0;
    bytes += bytesOf(codePoint);
    if (codePoint > 0xffff) at++;
  }
  return bytes;
}

/** The longest beginning of `text` with at most `bytesMax` UTF-8 bytes, in whole characters. */
export function headOf(text: string, bytesMax: number): string {
  let bytes = 0;
  let at = 0;
  while (at < text.length) {
    const codePoint = text.codePointAt(at) ?? 0;
    bytes += bytesOf(codePoint);
    if (bytes > bytesMax) break;
    at += codePoint > 0xffff ? 2 : 1;
  }
  return text.slice(0, at);
}

/** The longest end of `text` with at most `bytesMax` UTF-8 bytes, in whole characters. */
function tailOf(text: string, bytesMax: number): string {
  let bytes = 0;
  let at = text.length;
  while (at > 0) {
    // Read from its front, a pair gives the whole character; a lone low surrogate gives itself.
    const pair = at > 1 ? (text.codePointAt(at - 2) ?? 0) : 0;
    const codePoint = pair > 0xffff ? pair : (text.codePointAt(at - 1) ?? 0);
    bytes += bytesOf(codePoint);
    if (bytes > bytesMax) break;
    at -= codePoint > 0xffff ? 2 : 1;
  }
  return text.slice(at);
}

/**
 * `text` in at most `bytesMax` UTF-8 bytes: its head, a note that says how many bytes are missing, and its tail. If
 * `bytesMax` is smaller than the note, only a head. Never splits a character.
 */
export function truncateMiddle(text: string, bytesMax: number): Truncated<string> {
  const total = utf8Length(text);
  if (total <= bytesMax) return { value: text, truncated: false };
  const room = bytesMax - noteBytesMax;
  if (room <= 0) return { value: headOf(text, bytesMax), truncated: true };
  const head = headOf(text, Math.ceil(room / 2));
  const tail = tailOf(text, Math.floor(room / 2));
  const cut = total - utf8Length(head) - utf8Length(tail);
  return { value: `${head}\n[… ${cut} bytes cut …]\n${tail}`, truncated: true };
}

/** Bytes of `value` as JSON in UTF-8. */
export function jsonLength(value: JsonValue): number {
  return utf8Length(JSON.stringify(value));
}

function cutStrings(value: JsonValue, bytesMax: number): JsonValue {
  if (typeof value === "string") return truncateMiddle(value, bytesMax).value;
  if (Array.isArray(value)) return value.map((item: JsonValue) => cutStrings(item, bytesMax));
  if (value !== null && typeof value === "object") return cutStringsOf(value as JsonObject, bytesMax);
  return value;
}

function cutStringsOf(object: JsonObject, bytesMax: number): JsonObject {
  return Object.fromEntries(
    Object.entries(object)
      .filter((entry): entry is [string, JsonValue] => entry[1] !== undefined)
      .map(([key, value]) => [key, cutStrings(value, bytesMax)]),
  );
}

/** The largest share per string with which `object` fits. Escapes make the sum unpredictable, so it is searched. */
function stringShare(object: JsonObject, bytesMax: number): number {
  let low = 0;
  let high = bytesMax;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (jsonLength(cutStringsOf(object, middle)) <= bytesMax) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * `object` in at most `bytesMax` (≥ 4 KiB) bytes of JSON. Cuts the middle of its long strings, at any depth, and keeps
 * the rest. An object with too many values becomes `{truncated_result: <its JSON, cut>}`.
 */
export function truncateJson(object: JsonObject, bytesMax: number): Truncated<JsonObject> {
  if (jsonLength(object) <= bytesMax) return { value: object, truncated: false };
  const share = stringShare(object, bytesMax);
  if (share >= stringBytesMin) return { value: cutStringsOf(object, share), truncated: true };
  const whole = { truncated_result: JSON.stringify(object) };
  return { value: cutStringsOf(whole, stringShare(whole, bytesMax)), truncated: true };
}
