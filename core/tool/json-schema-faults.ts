// Whether a value from outside is a JSON schema that model providers take for a tool's arguments, or for an answer. Pure, and bounded.
import type { JsonValue } from "../part/part.ts";

export interface SchemaFault {
  /** Such as `properties.city.type`; empty for the schema as a whole. */
  readonly path: string;
  readonly message: string;
}

const TYPES: ReadonlySet<unknown> = new Set([
  "object",
  "array",
  "string",
  "number",
  "integer",
  "boolean",
  "null",
]);
/** Keywords whose value is a schema, a list of schemas, or schemas by name. */
const ONE: readonly string[] = [
  "additionalProperties",
  "not",
  "contains",
  "propertyNames",
  "if",
  "then",
  "else",
];
const LISTS: readonly string[] = ["anyOf", "oneOf", "allOf", "prefixItems"];
const NAMED: readonly string[] = ["properties", "patternProperties", "$defs", "definitions"];
/** Providers refuse schemas that are nested deeper than a few levels. */
const depthMax = 32;
const faultsMax = 10;

/** The faults of the schema of a tool's arguments, which is one of an object. Empty: it is sound. */
export function toolSchemaFaults(schema: JsonValue): readonly SchemaFault[] {
  const faults: SchemaFault[] = [];
  if (!isObject(schema)) return [{ path: "", message: "must be a JSON schema of an object" }];
  if (schema["type"] !== "object") faults.push({ path: "type", message: 'must be "object"' });
  look(schema, { path: "", depth: 0, faults });
  return faults.slice(0, faultsMax);
}

/** The faults of any schema. */
export function schemaFaults(schema: JsonValue): readonly SchemaFault[] {
  const faults: SchemaFault[] = [];
  look(schema, { path: "", depth: 0, faults });
  return faults.slice(0, faultsMax);
}

interface Look {
  readonly path: string;
  readonly depth: number;
  readonly faults: SchemaFault[];
}

function look(schema: JsonValue | undefined, { path, depth, faults }: Look): void {
  if (faults.length >= faultsMax) return;
  const fault = (key: string, message: string) => faults.push({ path: join(path, key), message });
  if (typeof schema === "boolean") return;
  if (!isObject(schema)) {
    fault("", "must be a JSON schema: an object, true or false");
    return;
  }
  if (depth > depthMax) {
    fault("", `is nested deeper than ${depthMax} levels`);
    return;
  }
  checkKeywords(schema, fault);
  for (const [key, inner] of schemasIn(schema, fault))
    look(inner, { path: join(path, key), depth: depth + 1, faults });
}

type Fault = (key: string, message: string) => void;

function checkKeywords(schema: { readonly [key: string]: JsonValue | undefined }, fault: Fault): void {
  const { type, required, enum: values, $ref } = schema;
  const types: readonly (JsonValue | undefined)[] = Array.isArray(type) ? type : [type];
  if (type !== undefined && (types.length === 0 || !types.every((name) => TYPES.has(name))))
    fault("type", `must be one of ${[...TYPES].join(", ")}`);
  const isNames = Array.isArray(required) && required.every((name) => typeof name === "string");
  if (required !== undefined && !isNames) fault("required", "must be a list of names");
  if (values !== undefined && !Array.isArray(values)) fault("enum", "must be a list");
  if ($ref !== undefined && (typeof $ref !== "string" || !$ref.startsWith("#")))
    fault("$ref", "must point into the schema itself");
}

function* schemasIn(
  schema: { readonly [key: string]: JsonValue | undefined },
  fault: Fault,
): Generator<readonly [string, JsonValue | undefined]> {
  for (const key of ONE) if (schema[key] !== undefined) yield [key, schema[key]];
  const { items } = schema;
  if (Array.isArray(items)) for (const [at, item] of items.entries()) yield [`items[${at}]`, item];
  else if (items !== undefined) yield ["items", items];
  for (const key of LISTS) {
    const list = schema[key];
    if (Array.isArray(list)) for (const [at, item] of list.entries()) yield [`${key}[${at}]`, item];
    else if (list !== undefined) fault(key, "must be a list of schemas");
  }
  for (const key of NAMED) {
    const named = schema[key];
    if (isObject(named)) for (const [name, inner] of Object.entries(named)) yield [`${key}.${name}`, inner];
    else if (named !== undefined) fault(key, "must hold schemas by name");
  }
}

function isObject(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue | undefined } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function join(path: string, key: string): string {
  return path === "" || key === "" ? `${path}${key}` : `${path}.${key}`;
}
