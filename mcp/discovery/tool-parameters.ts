// Makes the schema of a tool's arguments one that every provider takes, or finds that it is none. Pure.
import type { JsonObject, JsonValue } from "../../core/part/part.ts";
import { schemaDepthMax, toolSchemaBytesMax } from "../limits.ts";

const TYPES: ReadonlySet<unknown> = new Set([
  "object",
  "array",
  "string",
  "number",
  "integer",
  "boolean",
  "null",
]);

/**
 * What providers refuse at the top of a schema. Without it the schema allows more, and the server still checks what it gets.
 */
const NOT_AT_THE_TOP: ReadonlySet<string> = new Set([
  "$schema",
  "$id",
  "oneOf",
  "anyOf",
  "allOf",
  "not",
  "enum",
  "const",
  "if",
  "then",
  "else",
]);

/** Null: no schema of an object, too large, too deep, or one that a provider would refuse together with all other tools. */
export function toolParameters(schema: unknown): JsonObject | null {
  if (!isObject(schema) || schema["type"] !== "object" || !isSound(schema, 0)) return null;
  if (Buffer.byteLength(JSON.stringify(schema)) > toolSchemaBytesMax) return null;
  const kept = Object.entries(schema).filter(([name]) => !NOT_AT_THE_TOP.has(name));
  return { properties: {}, ...Object.fromEntries(kept), type: "object" };
}

function isSound(schema: JsonValue | undefined, depth: number): boolean {
  if (typeof schema === "boolean") return true;
  if (!isObject(schema) || depth > schemaDepthMax) return false;
  return Object.entries(schema).every(([name, value]) => isSoundField(name, value, depth + 1));
}

function isSoundField(name: string, value: JsonValue | undefined, depth: number): boolean {
  switch (name) {
    case "type":
      return Array.isArray(value)
        ? value.length > 0 && value.every((each) => TYPES.has(each))
        : TYPES.has(value);
    case "properties":
    case "patternProperties":
    case "$defs":
    case "definitions":
    case "dependentSchemas":
      return isObject(value) && Object.values(value).every((each) => isSound(each, depth));
    case "items":
      return Array.isArray(value) ? value.every((each) => isSound(each, depth)) : isSound(value, depth);
    case "additionalProperties":
    case "not":
    case "contains":
    case "propertyNames":
      return isSound(value, depth);
    case "anyOf":
    case "oneOf":
    case "allOf":
    case "prefixItems":
      return Array.isArray(value) && value.length > 0 && value.every((each) => isSound(each, depth));
    case "required":
      return Array.isArray(value) && value.every((each) => typeof each === "string");
    case "enum":
      return Array.isArray(value) && value.length > 0;
    // A reference that leads elsewhere is one that a provider cannot follow.
    case "$ref":
      return typeof value === "string" && value.startsWith("#");
    case "description":
    case "title":
    case "pattern":
    case "format":
      return typeof value === "string";
    default:
      return true;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
