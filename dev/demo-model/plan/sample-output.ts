// What the demo model answers where JSON of a schema is asked for: the plainest value that fits most schemas.
import { type JsonObject, listOf, objectOf, textOf } from "../json.ts";
import type { ModelCall } from "../request/model-call.ts";

/** Schemas may lead back to themselves. */
const depthMax = 8;

/** Null: the request asks for no JSON, or in words alone. */
export function sampleOutput({ body }: Pick<ModelCall, "body">): string | null {
  const schema =
    objectOf(objectOf(body["response_format"])["json_schema"])["schema"] ??
    objectOf(objectOf(body["text"])["format"])["schema"] ??
    objectOf(objectOf(body["output_config"])["format"])["schema"];
  return schema === undefined ? null : JSON.stringify(sampleOf(objectOf(schema), 0));
}

function sampleOf(schema: JsonObject, depth: number): unknown {
  if (schema["const"] !== undefined) return schema["const"];
  const [first] = [...listOf(schema["enum"]), ...listOf(schema["examples"])];
  if (first !== undefined) return first;
  const [alternative] = [...listOf(schema["anyOf"]), ...listOf(schema["oneOf"])];
  if (alternative !== undefined) return sampleOf(objectOf(alternative), depth + 1);
  const type = Array.isArray(schema["type"]) ? schema["type"][0] : schema["type"];
  switch (type) {
    case "string":
      return textOf(schema["format"]) === "date" ? "2026-11-29" : "demo";
    case "number":
    case "integer":
      return typeof schema["minimum"] === "number" ? schema["minimum"] : 1;
    case "boolean":
      return true;
    case "array":
      return depth < depthMax && schema["items"] !== undefined
        ? [sampleOf(objectOf(schema["items"]), depth + 1)]
        : [];
    case "object":
      return depth < depthMax ? fieldsOf(schema, depth) : {};
    default:
      return null;
  }
}

function fieldsOf(schema: JsonObject, depth: number): object {
  const fields = Object.entries(objectOf(schema["properties"]));
  return Object.fromEntries(fields.map(([name, field]) => [name, sampleOf(objectOf(field), depth + 1)]));
}
