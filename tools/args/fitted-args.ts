// Repairs arguments of models that write a list, an object, a number or a boolean as text, or null for what they leave out (SPEC L17).
import type { z } from "zod";
import type { JsonObject } from "../../core/part/part.ts";
import type { ArgsFault } from "../tool.ts";

/** Each round repairs what the round before uncovered, such as a number written as text in a list written as text. */
const roundsMax = 8;

/** Parses the arguments. Changes only values that the schema refuses and whose meaning is plain. */
export function fittedArgs<Schema extends z.ZodObject>(
  schema: Schema,
  args: JsonObject,
): z.ZodSafeParseResult<z.output<Schema>> {
  const first = schema.safeParse(args);
  if (first.success) return first;
  const fitted = structuredClone(args) as Fields;
  let outcome: z.ZodSafeParseResult<z.output<Schema>> = first;
  for (let round = 0; round < roundsMax && !outcome.success; round++) {
    const mended = outcome.error.issues.filter((issue) => mend(fitted, issue));
    if (mended.length === 0) break;
    outcome = schema.safeParse(fitted);
  }
  // If the arguments still do not fit, the error is about what the model wrote.
  return outcome.success ? outcome : first;
}

/** How many faults of a schema are named. The first few are enough to correct the call. */
const faultsNamedMax = 10;

export function argsFaults(error: z.ZodError): readonly ArgsFault[] {
  return error.issues
    .slice(0, faultsNamedMax)
    .map(({ path, message }) => ({ path: pathText(path), message }));
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, at) => (typeof key === "number" ? `[${key}]` : `${at > 0 ? "." : ""}${String(key)}`))
    .join("");
}

interface Fields {
  [key: PropertyKey]: unknown;
}

/** Changes the value that an issue is about, in place. Returns false if nothing can be changed. */
function mend(args: Fields, issue: z.core.$ZodIssue): boolean {
  const key = issue.path.at(-1);
  const holder = issue.path.slice(0, -1).reduce<unknown>((value, step) => fieldsOf(value)?.[step], args);
  const fields = fieldsOf(holder);
  if (issue.code !== "invalid_type" || key === undefined || fields === null || !Object.hasOwn(fields, key))
    return false;
  if (fields[key] === null && !Array.isArray(fields)) return delete fields[key];
  const meant = meantBy(fields[key], issue.expected);
  if (meant === undefined) return false;
  fields[key] = meant;
  return true;
}

function fieldsOf(value: unknown): Fields | null {
  return typeof value === "object" && value !== null ? (value as Fields) : null;
}

/** The value of a text that is JSON of the expected type. */
function meantBy(value: unknown, expected: string): unknown {
  if (typeof value !== "string") return undefined;
  let meant: unknown;
  try {
    meant = JSON.parse(value);
  } catch {
    return undefined;
  }
  return typesOf(meant).includes(expected) ? meant : undefined;
}

function typesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return ["array", "tuple"];
  if (typeof value === "object") return value === null ? [] : ["object", "record"];
  return typeof value === "number" ? ["number", "int"] : [typeof value];
}
