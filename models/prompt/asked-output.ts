// How a call asks for JSON of a schema (SPEC C12): in the provider's own way where it has one that takes the schema, else in words.
// Either way the answer is checked afterwards. Pure.
import { outputInstructions } from "../../core/output/structured-output.ts";
import type { JsonObject, JsonValue } from "../../core/part/part.ts";
import type { ModelRequest } from "../provider.ts";

/** What a provider makes sure of, by the references of the APIs, 2026-11-29. */
interface OutputWay {
  /** The keywords that it knows. With others the schema is not enforced, or refused. */
  readonly keywords: ReadonlySet<string>;
  readonly formats: ReadonlySet<string>;
  /** Whether each property has to be in `required`. */
  readonly all_required: boolean;
  /** Whether it also takes schemas that it does not enforce. */
  readonly takes_loose: boolean;
  /** Quirks by which a server has no such way. */
  readonly lost_by: readonly string[];
}

const SHARED_KEYWORDS = [
  "type",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "enum",
  "const",
  "anyOf",
  "$ref",
  "$defs",
  "definitions",
  "description",
  "title",
];
const SHARED_FORMATS = ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];

const OPENAI: Omit<OutputWay, "lost_by"> = {
  keywords: new Set([
    ...SHARED_KEYWORDS,
    "pattern",
    "format",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
  ]),
  formats: new Set(SHARED_FORMATS),
  all_required: true,
  takes_loose: true,
};

export const OUTPUT_WAYS = {
  /** https://developers.openai.com/api/docs/guides/structured-outputs */
  "openai-chat": { ...OPENAI, lost_by: ["without-response-format"] },
  "openai-responses": { ...OPENAI, lost_by: ["without-text-format"] },
  /** https://platform.claude.com/docs/en/build-with-claude/structured-outputs */
  anthropic: {
    keywords: new Set([...SHARED_KEYWORDS, "allOf", "default", "format"]),
    formats: new Set([...SHARED_FORMATS, "uri"]),
    all_required: false,
    takes_loose: false,
    lost_by: ["without-output-config-format", "without-output-config"],
  },
} as const satisfies Readonly<Record<string, OutputWay>>;

export interface AskedOutput {
  /** In the provider's own way; null: in words alone. `strict`: the provider makes sure of it. */
  readonly format: { readonly schema: JsonObject; readonly strict: boolean } | null;
  readonly system: string;
}

/** @param isSure whether the server keeps what the API promises; servers that imitate it may ignore the field */
export function askedOutput(request: ModelRequest, way: OutputWay, isSure: boolean): AskedOutput {
  const { output, system } = request;
  if (output === undefined) return { format: null, system };
  const format = formatOf(request, way);
  if (format?.strict === true && isSure) return { format, system };
  const words = outputInstructions(output.schema);
  return { format, system: system === "" ? words : `${system}\n\n${words}` };
}

function formatOf({ output, prefill, quirks = [] }: ModelRequest, way: OutputWay): AskedOutput["format"] {
  // The rest of an answer that was begun is no JSON of its own.
  const isLost = way.lost_by.some((name) => quirks.includes(name));
  if (output === undefined || output.in_words === true || prefill !== undefined || isLost) return null;
  const { $schema: _draft, $id: _id, ...schema } = output.schema;
  if (schema["type"] !== "object") return null;
  const strict = isStrict(schema, way);
  return strict || way.takes_loose ? { schema, strict } : null;
}

/** Whether the provider enforces every keyword of the schema. */
function isStrict(schema: JsonValue | undefined, way: OutputWay): boolean {
  if (!isObject(schema)) return false;
  if (!Object.keys(schema).every((keyword) => way.keywords.has(keyword))) return false;
  const { format, items, anyOf, properties, $defs, definitions } = schema;
  if (typeof format === "string" && !way.formats.has(format)) return false;
  if (schema["type"] === "object" && !isClosed(schema, way)) return false;
  const named = [properties, $defs, definitions].flatMap((each) =>
    isObject(each) ? Object.values(each) : [],
  );
  const listed = [anyOf, schema["allOf"]].flatMap((each) => (Array.isArray(each) ? each : []));
  const inner = [...named, ...listed, ...(items === undefined ? [] : [items])];
  return inner.every((each) => isStrict(each as JsonValue, way));
}

function isClosed({ properties = {}, required, additionalProperties }: JsonObject, way: OutputWay): boolean {
  if (additionalProperties !== false || !isObject(properties)) return false;
  const names = Array.isArray(required) ? required : [];
  return !way.all_required || Object.keys(properties).every((name) => names.includes(name));
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
