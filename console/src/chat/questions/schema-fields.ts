// Makes the fields of a form from a JSON schema. What a form cannot show becomes a field for raw JSON.
import type { JsonObject, JsonValue } from "../../../../core/part/part.ts";

interface FieldBase {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly required: boolean;
  /** The schema says of other fields that they are required. */
  readonly is_optional: boolean;
  readonly initial?: JsonValue;
}
export interface FieldOption {
  readonly label: string;
  readonly value: JsonValue;
}
export type FormField = FieldBase &
  (
    | {
        readonly kind: "text";
        readonly format: string | null;
        readonly min: number;
        readonly max: number | null;
      }
    | {
        readonly kind: "number";
        readonly integer: boolean;
        readonly minimum: number | null;
        readonly maximum: number | null;
      }
    | { readonly kind: "boolean" }
    | { readonly kind: "choice"; readonly options: readonly FieldOption[] }
    | { readonly kind: "choices"; readonly options: readonly FieldOption[] }
    | { readonly kind: "list"; readonly item: FormField; readonly min: number; readonly max: number }
    | { readonly kind: "group"; readonly fields: readonly FormField[] }
    | { readonly kind: "raw" }
  );

const depthMax = 6;
const fieldsMax = 100;
const optionsMax = 200;
const listItemsMax = 100;
const initialCharsMax = 20_000;

/** The form of a schema of an object. Null: the schema is none that a form could show. */
export function formOf(schema: JsonValue | undefined): Extract<FormField, { kind: "group" }> | null {
  if (!isObject(schema)) return null;
  const field = new FormMaker(schema).field("", schema, { required: true, depth: 0 });
  return field.kind === "group" && field.fields.length > 0 ? field : null;
}

interface At {
  readonly required: boolean;
  readonly is_optional?: boolean;
  readonly depth: number;
}

class FormMaker {
  readonly #root: JsonObject;
  #count = 0;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  field(name: string, given: JsonObject, { required, is_optional = false, depth }: At): FormField {
    const schema = this.#resolved(given);
    const initial = schema["default"];
    const base: FieldBase = {
      name,
      label: text(schema["title"]) || wordsOf(name),
      hint: text(schema["description"]),
      required,
      is_optional,
      ...(initial !== undefined && JSON.stringify(initial).length <= initialCharsMax && { initial }),
    };
    this.#count += 1;
    if (depth > depthMax || this.#count > fieldsMax) return { ...base, kind: "raw" };
    return { ...base, ...this.#kind(schema, depth) } as FormField;
  }

  #kind(schema: JsonObject, depth: number): object {
    const options = optionsOf(schema);
    if (options !== null) return { kind: "choice", options };
    switch (typeOf(schema)) {
      case "string": {
        const format = text(schema["format"]) || null;
        return {
          kind: "text",
          format,
          min: count(schema["minLength"]) ?? 0,
          max: count(schema["maxLength"]),
        };
      }
      case "integer":
      case "number":
        return {
          kind: "number",
          integer: typeOf(schema) === "integer",
          minimum: finite(schema["minimum"]),
          maximum: finite(schema["maximum"]),
        };
      case "boolean":
        return { kind: "boolean" };
      case "array":
        return this.#list(schema, depth);
      case "object":
        return this.#group(schema, depth);
      default:
        return { kind: "raw" };
    }
  }

  #list(schema: JsonObject, depth: number): object {
    const items = schema["items"];
    if (!isObject(items)) return { kind: "raw" };
    const item = this.field("", items, { required: true, depth: depth + 1 });
    if (item.kind === "choice" && schema["uniqueItems"] !== false)
      return { kind: "choices", options: item.options };
    const max = Math.min(count(schema["maxItems"]) ?? listItemsMax, listItemsMax);
    return { kind: "list", item, min: count(schema["minItems"]) ?? 0, max };
  }

  #group(schema: JsonObject, depth: number): object {
    const properties = isObject(schema["properties"]) ? Object.entries(schema["properties"]) : [];
    if (properties.length === 0) return { kind: "raw" };
    const wanted = Array.isArray(schema["required"]) ? schema["required"] : null;
    const fields = properties.flatMap(([name, value]) => {
      if (!isObject(value)) return [];
      const required = wanted?.includes(name) === true;
      return [
        this.field(name, value, { required, is_optional: wanted !== null && !required, depth: depth + 1 }),
      ];
    });
    return { kind: "group", fields };
  }

  /** Follows references within the schema, a few steps at most. */
  #resolved(schema: JsonObject): JsonObject {
    let at = schema;
    for (let step = 0; step < depthMax; step += 1) {
      const reference = at["$ref"];
      if (typeof reference !== "string" || !reference.startsWith("#/")) return at;
      let found: JsonValue | undefined = this.#root;
      for (const part of reference.slice(2).split("/")) {
        const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
        found = isObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
      }
      if (!isObject(found)) return {};
      const { $ref: _reference, ...own } = at;
      at = { ...found, ...own };
    }
    return {};
  }
}

/** A schema that fits what is there, to edit arguments whose schema is not known. */
export function schemaOfValue(value: JsonValue | undefined, depth = 0): JsonObject {
  if (typeof value === "string") return { type: "string" };
  if (typeof value === "number") return { type: "number" };
  if (typeof value === "boolean") return { type: "boolean" };
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string"))
    return { type: "array", items: { type: "string" } };
  if (!isObject(value) || depth > 2) return {};
  const entries = Object.entries(value).map(([name, one]) => [name, schemaOfValue(one, depth + 1)]);
  return { type: "object", properties: Object.fromEntries(entries) };
}

function optionsOf(schema: JsonObject): readonly FieldOption[] | null {
  if (Object.hasOwn(schema, "const")) return [option(schema["const"] ?? null)];
  if (Array.isArray(schema["enum"])) {
    const names = Array.isArray(schema["enumNames"]) ? schema["enumNames"] : [];
    return schema["enum"].slice(0, optionsMax).map((value, at) => option(value, text(names[at])));
  }
  const among = [schema["oneOf"], schema["anyOf"]].find((list) => Array.isArray(list));
  if (!Array.isArray(among) || !among.every((one) => isObject(one) && Object.hasOwn(one, "const")))
    return null;
  return among.slice(0, optionsMax).map((one) => {
    const { const: value, title } = one as JsonObject;
    return option(value ?? null, text(title));
  });
}

function option(value: JsonValue, label = ""): FieldOption {
  return { value, label: label || (typeof value === "string" ? value : JSON.stringify(value)) };
}

function typeOf(schema: JsonObject): string | null {
  const type = schema["type"];
  if (typeof type === "string") return type;
  if (Array.isArray(type)) {
    const [only, ...more] = type.filter((one) => one !== "null");
    return typeof only === "string" && more.length === 0 ? only : null;
  }
  return isObject(schema["properties"]) ? "object" : null;
}

/** `project_name` and `projectName` are `Project name`. */
function wordsOf(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`)
    .replace(/[_-]+/g, " ")
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function finite(value: JsonValue | undefined): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function count(value: JsonValue | undefined): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : null;
}
