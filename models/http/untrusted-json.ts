// Reads untrusted values from providers, and never throws on a wrong form.
import type { JsonObject } from "../../core/part/part.ts";

/** The value as a JSON object; null if it is anything else (including arrays). */
export function objectOf(value: unknown): JsonObject | null {
  // The cast is safe: callers pass the output of JSON.parse.
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** The value as text; "" if it is not a string. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The value as text, also if a server sends it as a number; "" if it is neither. */
export function writtenOf(value: unknown): string {
  return typeof value === "number" || typeof value === "boolean" ? String(value) : textOf(value);
}

/** The value as a finite number, or null. Some servers write numbers as text. */
export function numberOf(value: unknown): number | null {
  const number = typeof value === "string" && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : null;
}

/** More tokens than any model reads or writes. The store takes whole numbers of 64 bits only. */
const tokensMax = 1_000_000_000;

/** The value as a count of tokens: 0 if it is missing, negative or not a number. */
export function countOf(value: unknown): number {
  return Math.min(tokensMax, Math.max(0, Math.round(numberOf(value) ?? 0)));
}

/** The value as a list; empty if it is none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The JSON objects of a list; empty if it is none. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return listOf(value)
    .map(objectOf)
    .filter((each) => each !== null);
}

/** The text parsed as JSON; undefined if it is not JSON. */
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
