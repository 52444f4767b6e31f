// Rebuilds a JSON schema from what all providers take of one: keywords of draft 2020-12 with values that they may have. Older drafts
// are translated where that is easy. What only narrows a value is left out where it is wrong: the server checks what it gets. Pure.
import type { JsonObject, JsonValue } from "../../core/part/part.ts";
import { schemaDepthMax, schemaNodesMax } from "../limits.ts";

const BROKEN = Symbol("broken");
/** Undefined: the keyword is left out. */
type Rebuilt = JsonValue | undefined | typeof BROKEN;
type Rebuild = (value: JsonValue | undefined, depth: number) => Rebuilt;

const TYPES: ReadonlySet<unknown> = new Set([
  "object",
  "array",
  "string",
  "number",
  "integer",
  "boolean",
  "null",
]);

/** Null: it is none, larger or deeper than a tool may be, or leads in circles. */
export function soundSchema(schema: unknown): JsonObject | null {
  const rebuilt = new Builder().schema(schema as JsonValue, 0);
  return isObject(rebuilt) && haveTargets(rebuilt) ? rebuilt : null;
}

class Builder {
  #nodesLeft = schemaNodesMax;
  readonly #keywords: ReadonlyMap<string, Rebuild>;

  constructor() {
    const one: Rebuild = (value, depth) => this.schema(value, depth);
    const many: Rebuild = (value, depth) => this.#list(value, depth);
    const named: Rebuild = (value, depth) => this.#named(value, depth);
    const any: Rebuild = (value, depth) => this.#copy(value, depth);
    const of =
      (rebuild: Rebuild, ...names: readonly string[]) =>
      (): [string, Rebuild][] =>
        names.map((name) => [name, rebuild]);
    const groups = [
      of(named, "properties", "$defs", "definitions", "dependentSchemas"),
      of((value, depth) => this.#patterns(value, depth), "patternProperties"),
      of(one, "items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else"),
      of(one, "unevaluatedProperties", "unevaluatedItems"),
      of(many, "anyOf", "oneOf", "allOf", "prefixItems"),
      of((value) => (isFilled(value) ? this.#copy(value, 0) : BROKEN), "enum"),
      of(any, "const", "default", "example"),
      of((value, depth) => (Array.isArray(value) ? this.#copy(value, depth) : undefined), "examples"),
      of(typeNames, "type"),
      of(requiredNames, "required"),
      of((value) => (typeof value === "string" && value.startsWith("#") ? value : BROKEN), "$ref"),
      of(text, "description", "title", "format", "$comment", "contentEncoding", "contentMediaType"),
      of((value) => (isPattern(value) ? text(value, 0) : undefined), "pattern"),
      of(number, "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
      of((value) => (typeof value === "number" && value > 0 ? number(value, 0) : undefined), "multipleOf"),
      of(count, "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
      of(count, "minContains", "maxContains"),
      of(flag, "uniqueItems", "deprecated", "readOnly", "writeOnly", "nullable"),
    ];
    this.#keywords = new Map(groups.flatMap((group) => group()));
  }

  schema(value: JsonValue | undefined, depth: number): JsonValue | typeof BROKEN {
    if (typeof value === "boolean") return value;
    if (!isObject(value) || depth > schemaDepthMax || this.#nodesLeft-- <= 0) return BROKEN;
    const kept: [string, JsonValue][] = [];
    for (const [name, field] of Object.entries(value)) {
      // Up to draft 2019-09, a tuple was a list of `items`.
      const keyword = name === "items" && Array.isArray(field) ? "prefixItems" : name;
      const rebuilt = this.#keywords.get(keyword)?.(field, depth + 1);
      if (rebuilt === BROKEN) return BROKEN;
      if (rebuilt !== undefined) kept.push([keyword, rebuilt]);
    }
    return withKnownRequired(Object.fromEntries(kept));
  }

  #list(value: JsonValue | undefined, depth: number): Rebuilt {
    if (!isFilled(value)) return BROKEN;
    const list: JsonValue[] = [];
    for (const each of value) {
      const rebuilt = this.schema(each, depth);
      if (rebuilt === BROKEN) return BROKEN;
      list.push(rebuilt);
    }
    return list;
  }

  #named(value: JsonValue | undefined, depth: number): Rebuilt {
    if (!isObject(value)) return BROKEN;
    const kept: [string, JsonValue][] = [];
    for (const [name, each] of Object.entries(value)) {
      const rebuilt = this.schema(each, depth);
      if (rebuilt === BROKEN) return BROKEN;
      kept.push([name.toWellFormed(), rebuilt]);
    }
    return Object.fromEntries(kept);
  }

  #patterns(value: JsonValue | undefined, depth: number): Rebuilt {
    if (!isObject(value)) return undefined;
    return this.#named(Object.fromEntries(Object.entries(value).filter(([name]) => isPattern(name))), depth);
  }

  /** Any value, as deep as a schema may be. */
  #copy(value: JsonValue | undefined, depth: number): Rebuilt {
    if (depth > schemaDepthMax || this.#nodesLeft-- <= 0) return BROKEN;
    if (typeof value === "string") return value.toWellFormed();
    if (typeof value !== "object" || value === null) return value;
    const copies: [string, JsonValue][] = [];
    for (const [name, each] of Object.entries(value)) {
      const copy = this.#copy(each, depth + 1);
      if (copy === BROKEN) return BROKEN;
      if (copy !== undefined) copies.push([name.toWellFormed(), copy]);
    }
    return Array.isArray(value) ? copies.map(([, copy]) => copy) : Object.fromEntries(copies);
  }
}

/** Some providers refuse names in `required` that are no properties. */
function withKnownRequired(schema: JsonObject): JsonObject {
  const { required, properties } = schema;
  if (!Array.isArray(required) || !isObject(properties)) return schema;
  return { ...schema, required: required.filter((name) => Object.hasOwn(properties, name as string)) };
}

function typeNames(value: JsonValue | undefined): Rebuilt {
  if (!Array.isArray(value)) return TYPES.has(value) ? value : BROKEN;
  return isFilled(value) && value.every((each) => TYPES.has(each)) ? [...new Set(value)] : BROKEN;
}

/** In draft 3 it stood, as true or false, at the property itself. */
function requiredNames(value: JsonValue | undefined): Rebuilt {
  if (!Array.isArray(value)) return typeof value === "boolean" ? undefined : BROKEN;
  const names = value as readonly JsonValue[];
  if (!names.every((each) => typeof each === "string")) return BROKEN;
  return [...new Set(names.map((name) => name.toWellFormed()))];
}

function text(value: JsonValue | undefined, _depth: number): Rebuilt {
  return typeof value === "string" ? value.toWellFormed() : undefined;
}

function number(value: JsonValue | undefined, _depth: number): Rebuilt {
  return typeof value === "number" ? value : undefined;
}

function count(value: JsonValue | undefined): Rebuilt {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? value : undefined;
}

function flag(value: JsonValue | undefined): Rebuilt {
  return typeof value === "boolean" ? value : undefined;
}

/** It is only compiled, never run. */
function isPattern(value: JsonValue | undefined): boolean {
  if (typeof value !== "string") return false;
  try {
    return new RegExp(value, "u").unicode;
  } catch {
    return false;
  }
}

function isFilled(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value) && value.length > 0;
}

/** Every reference leads to a schema of the same document, and no chain of them back to itself. */
function haveTargets(root: JsonObject): boolean {
  return referencesIn(root).every((first) => {
    const passed = new Set<string>();
    for (let next: string | null = first; next !== null; ) {
      const target = targetOf(root, next);
      if (passed.has(next) || target === null) return false;
      passed.add(next);
      next = isObject(target) && typeof target["$ref"] === "string" ? target["$ref"] : null;
    }
    return true;
  });
}

/** What stands in `default` and the like is taken for one, too: then the tool is left out without need. */
function referencesIn(value: JsonValue | undefined): string[] {
  if (typeof value !== "object" || value === null) return [];
  const own = isObject(value) && typeof value["$ref"] === "string" ? [value["$ref"]] : [];
  return [...own, ...Object.values(value).flatMap((each) => referencesIn(each as JsonValue))];
}

/** Follows a JSON pointer (RFC 6901) in a fragment; null: it leads to no schema. */
function targetOf(root: JsonObject, reference: string): JsonValue | null {
  let at: JsonValue | undefined = root;
  for (const step of reference.split("/").slice(1)) {
    const name = unescaped(step);
    if (name === null || typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return null;
    at = (at as JsonObject)[name];
  }
  const isPointer = reference === "#" || reference.startsWith("#/");
  return isPointer && (isObject(at) || typeof at === "boolean") ? at : null;
}

function unescaped(step: string): string | null {
  try {
    return decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return null;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
