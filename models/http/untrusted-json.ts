// Models room: what a provider sends is untrusted; these read it without ever throwing on a wrong shape.
import type { JsonObject } from "../../core/part/part.ts";

/** The value as a JSON object, or null when it is anything else (arrays too). */
export function objectOf(value: unknown): JsonObject | null {
  // The cast is safe: callers hand in the output of JSON.parse.
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** The value as text, or "" when it is not a string. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The value as text, also where a server sends what looks like a number as one; "" when it is neither. */
export function writtenOf(value: unknown): string {
  return typeof value === "number" || typeof value === "boolean" ? String(value) : textOf(value);
}

/** The value as a finite number, or null; some servers write numbers as text. */
export function numberOf(value: unknown): number | null {
  const number = typeof value === "string" && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

/** More tokens than any model reads or writes. The store takes whole numbers of 64 bits, and no other. */
const tokensMax = 1_000_000_000;

/** The value as a count of tokens: 0 when absent, negative or no number. */
export function countOf(value: unknown): number {
  return Math.min(tokensMax, Math.max(0, Math.round(numberOf(value) ?? 0)));
}

/** The value as a list; empty when it is none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The JSON objects of a list; empty when it is none. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return listOf(value)
    .map(objectOf)
    .filter((each) => each !== null);
}

/** The text parsed as JSON, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The text parsed as a JSON object, or null. */
export function parseObject(text: string): JsonObject | null {
  return objectOf(parseJson(text));
}
