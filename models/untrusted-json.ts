// Models room: what a provider sends is untrusted; these read it without ever throwing on a wrong shape.
import type { JsonObject } from "../core/part.ts";

/** The value as a JSON object, or null when it is anything else (arrays too). */
export function objectOf(value: unknown): JsonObject | null {
  // The cast is safe: callers hand in the output of JSON.parse.
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

/** The value as text, or "" when it is not a string. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The value as a finite number, or null. */
export function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** The value as a count of tokens: 0 when absent, negative or no number. */
export function countOf(value: unknown): number {
  return Math.max(0, numberOf(value) ?? 0);
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
