// Makes the schema of a tool's arguments one that every provider takes, or finds that it is none. Pure.
import type { JsonObject } from "../../core/part/part.ts";
import { toolSchemaBytesMax } from "../limits.ts";
import { isObject, soundSchema } from "./sound-schema.ts";

/**
 * What providers refuse at the top of a schema. Without it the schema allows more, and the server still checks what it gets.
 */
const NOT_AT_THE_TOP: ReadonlySet<string> = new Set([
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

/** Anthropic refuses a request in which a single argument of a single tool has another name. */
const ARGUMENT_NAME = /^[A-Za-z0-9_.-]{1,64}$/;
const argumentNameCharsMax = 64;

export interface ToolParameters {
  readonly schema: JsonObject;
  /** As the server calls arguments that models call otherwise. */
  readonly renamed: ReadonlyMap<string, string>;
}

/** Null: no schema of an object, too large, too deep, or one that a provider would refuse together with all other tools. */
export function toolParameters(schema: unknown): ToolParameters | null {
  if (!isObject(schema) || schema["type"] !== "object") return null;
  const kept = Object.entries(schema).filter(([name]) => !NOT_AT_THE_TOP.has(name));
  const sound = soundSchema({ properties: {}, ...Object.fromEntries(kept), type: "object" });
  if (sound === null || Buffer.byteLength(JSON.stringify(sound)) > toolSchemaBytesMax) return null;
  return withPlainNames(sound);
}

/** The arguments as the server calls them. */
export function originalArgs(
  args: Readonly<Record<string, unknown>>,
  renamed: ReadonlyMap<string, string>,
): Readonly<Record<string, unknown>> {
  if (renamed.size === 0) return args;
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [renamed.get(name) ?? name, value]));
}

function withPlainNames(schema: JsonObject): ToolParameters {
  const { properties, required } = schema;
  const fields = Object.entries(isObject(properties) ? properties : {});
  const taken = new Set(fields.map(([name]) => name).filter((name) => ARGUMENT_NAME.test(name)));
  const plain = new Map<string, string>();
  for (const [name] of fields) plain.set(name, taken.has(name) ? name : plainName(name, taken));
  const renamed = new Map([...plain].flatMap(([name, shown]) => (name === shown ? [] : [[shown, name]])));
  if (renamed.size === 0) return { schema, renamed };
  const changed = {
    ...schema,
    properties: Object.fromEntries(fields.map(([name, field]) => [plain.get(name) ?? name, field])),
    ...(Array.isArray(required) && { required: required.map((name) => plain.get(name) ?? name) }),
  };
  return { schema: changed, renamed };
}

/** A name that is like it, and free from then on. */
function plainName(name: string, taken: Set<string>): string {
  const alike = name.replaceAll(/[^A-Za-z0-9_.-]/g, "_").slice(0, argumentNameCharsMax) || "_";
  let free = alike;
  for (let number = 2; taken.has(free); number++) {
    const suffix = `_${number}`;
    free = alike.slice(0, argumentNameCharsMax - suffix.length) + suffix;
  }
  taken.add(free);
  return free;
}
