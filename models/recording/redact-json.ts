// Removes keys from structured values, string by string, so that they keep their structure.
import type { JsonValue } from "../../core/part/part.ts";
import { redact } from "./redact.ts";

/** Deeper than anything that a model or a tool writes. Everything below is left out. */
const depthMax = 100;

/** The value without anything that looks like a key and without the `secrets`, in a form that Postgres can store. */
export function redactJson(value: unknown, secrets: readonly string[], depth = 0): JsonValue {
  if (typeof value === "string") return redact(storableText(value), secrets);
  if (value === null || typeof value === "number" || typeof value === "boolean") return value;
  if (typeof value !== "object" || depth >= depthMax) return null;
  if (Array.isArray(value)) return value.map((item) => redactJson(item, secrets, depth + 1));
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(
    fields.map(([name, field]) => [
      redact(storableText(name), secrets),
      redactJson(field, secrets, depth + 1),
    ]),
  );
}

/** Postgres stores neither NUL nor lone surrogates in text, and cannot query JSON that contains them. */
export function storableText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  return whole.includes("\0") ? whole.replaceAll("\0", "\uFFFD") : whole;
}
