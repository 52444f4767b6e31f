// Whether the content of an accepted form fits what a tool's server asked for (SPEC C4). Forms are flat, so every field is checked,
// however large the form and its content are. Pure.
import { z } from "zod";
import type { JsonObject, JsonValue } from "../../../core/part/part.ts";

export interface FormFault {
  /** The name of the field. */
  readonly path: string;
  readonly message: string;
}

/** The first few are enough to correct the content. */
const faultsNamedMax = 10;

/** Empty: it fits. @param schema as `readQuestion` (mcp/tools/read-question.ts) has read it */
export function formFaults(schema: JsonObject, content: JsonObject): readonly FormFault[] {
  const fields = schema["properties"] as Readonly<Record<string, JsonObject>>;
  const required = (schema["required"] ?? []) as readonly string[];
  const missing = required.filter((name) => !Object.hasOwn(content, name));
  const faults = missing.map((path): FormFault => ({ path, message: "is missing" }));
  for (const [path, value] of Object.entries(content)) {
    if (faults.length >= faultsNamedMax) break;
    const field = Object.hasOwn(fields, path) ? fields[path] : undefined;
    const message = field === undefined ? "is not a field of the form" : fieldFault(field, value);
    if (message !== null) faults.push({ path, message });
  }
  return faults.slice(0, faultsNamedMax);
}

function fieldFault(field: JsonObject, value: JsonValue | undefined): string | null {
  switch (field["type"]) {
    case "boolean":
      return typeof value === "boolean" ? null : "must be true or false";
    case "number":
    case "integer":
      return numberFault(field, value);
    case "array":
      return listFault(field, value);
    default:
      return typeof value === "string" ? textFault(field, value) : "must be a text";
  }
}

function numberFault({ type, minimum, maximum }: JsonObject, value: JsonValue | undefined): string | null {
  if (typeof value !== "number") return "must be a number";
  if (type === "integer" && !Number.isInteger(value)) return "must be a whole number";
  if (typeof minimum === "number" && value < minimum) return `must be at least ${minimum}`;
  return typeof maximum === "number" && value > maximum ? `must be at most ${maximum}` : null;
}

function listFault(field: JsonObject, value: JsonValue | undefined): string | null {
  if (!Array.isArray(value)) return "must be a list";
  const { minItems, maxItems, items } = field;
  if (typeof minItems === "number" && value.length < minItems)
    return `must have at least ${minItems} entries`;
  if (typeof maxItems === "number" && value.length > maxItems) return `must have at most ${maxItems} entries`;
  const choices = choicesOf(items as JsonObject) ?? new Set();
  return value.every((one) => choices.has(one)) ? null : "has an entry that is not one of the choices";
}

function textFault(field: JsonObject, value: string): string | null {
  const choices = choicesOf(field);
  if (choices !== null) return choices.has(value) ? null : "is not one of the choices";
  const { minLength, maxLength, format } = field;
  // Characters, as JSON Schema counts them.
  const length = [...value].length;
  if (typeof minLength === "number" && length < minLength)
    return `must have at least ${minLength} characters`;
  if (typeof maxLength === "number" && length > maxLength) return `must have at most ${maxLength} characters`;
  const known = typeof format === "string" ? FORMATS[format] : undefined;
  return known === undefined || known.type.safeParse(value).success ? null : `must be ${known.words}`;
}

/** Null: any text may be given. */
function choicesOf(field: JsonObject): ReadonlySet<unknown> | null {
  const { enum: values, oneOf, anyOf } = field;
  if (Array.isArray(values)) return new Set(values);
  const titled = oneOf ?? anyOf;
  return Array.isArray(titled) ? new Set(titled.map((each) => (each as JsonObject)["const"])) : null;
}

const FORMATS: Readonly<Record<string, { readonly type: z.ZodType; readonly words: string }>> = {
  email: { type: z.email(), words: "an email address" },
  uri: { type: z.url(), words: "an address such as https://example.com/" },
  date: { type: z.iso.date(), words: "a date such as 2026-11-29" },
  "date-time": { type: z.iso.datetime({ offset: true }), words: "a time such as 2026-11-29T10:00:00Z" },
};
