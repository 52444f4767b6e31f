// Whether arguments that a person has edited fit the tool's schema.
import { z } from "zod";
import type { JsonObject, JsonValue } from "../../../core/part/part.ts";
import { type CheckRoom, costOfCheck } from "./check-cost.ts";

export interface EditedArgsFault {
  readonly path: string;
  readonly message: string;
}

/** The first few are enough to correct the arguments. */
const faultsNamedMax = 10;

/**
 * Empty: they fit. A schema beyond what can be checked here says nothing: the tool checks its arguments itself, too.
 * @param room what is left of the request's checks; it is used up
 */
export function argsFaults(
  schema: JsonObject,
  args: JsonObject,
  room: CheckRoom,
): readonly EditedArgsFault[] {
  try {
    const checkable = withoutPatterns(schema) as JsonObject;
    const cost = costOfCheck(checkable, args);
    if (cost > room.left) return [];
    room.left -= cost;
    const checked = z.fromJSONSchema(checkable);
    const { success, error } = checked.safeParse(args);
    return success ? [] : error.issues.slice(0, faultsNamedMax).map(faultOf);
  } catch {
    return [];
  }
}

function faultOf({ path, message }: z.core.$ZodIssue): EditedArgsFault {
  return { path: path.map(String).join("."), message };
}

/**
 * Keywords that hold regular expressions: a schema may come from strangers, and one of theirs could run for hours. And what stands
 * in where nothing was given: what is required must be given all the same.
 */
const LEFT_OUT: ReadonlySet<string> = new Set(["pattern", "patternProperties", "default"]);
/** Keywords that hold schemas by name: a property may be called `pattern`. */
const NAMED: ReadonlySet<string> = new Set(["properties", "$defs", "definitions", "dependentSchemas"]);
/** Keywords that hold values. */
const VALUES: ReadonlySet<string> = new Set(["enum", "const", "examples"]);

function withoutPatterns(schema: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(schema)) return schema.map((each) => withoutPatterns(each) as JsonValue);
  if (!isObject(schema)) return schema;
  const kept = Object.entries(schema).filter(([keyword]) => !LEFT_OUT.has(keyword));
  return Object.fromEntries(kept.map(([keyword, inner]) => [keyword, withoutPatternsIn(keyword, inner)]));
}

function withoutPatternsIn(keyword: string, inner: JsonValue | undefined): JsonValue | undefined {
  if (VALUES.has(keyword)) return inner;
  if (!NAMED.has(keyword) || !isObject(inner)) return withoutPatterns(inner);
  return Object.fromEntries(Object.entries(inner).map(([name, each]) => [name, withoutPatterns(each)]));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
