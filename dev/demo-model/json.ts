// The demo model reads what strangers send: these look into it without trusting its shape.

export interface JsonObject {
  readonly [key: string]: unknown;
}

/** The value when it is a plain object, else an empty one. */
export function objectOf(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** The value when it is a list, else an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value that a text of JSON holds, else null. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The value when it is a string, else "". */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
