// Reads what a module exports as its tools. Whatever is wrong is said in words that may be shown to anybody.
import type { JsonObject } from "../../core/part/part.ts";
import { toolSchemaFaults } from "../../core/tool/json-schema-faults.ts";
import type { Tool } from "../tool.ts";
import { kit, type OwnTool, type OwnToolFlags } from "./kit.ts";
import { callDefaultS, callMaxS, descriptionCharsMax, schemaBytesMax } from "./limits.ts";
import { type ReadSchema, readSchema } from "./own-schema.ts";
import type { DescribedTool } from "./thread-messages.ts";

/** What is wrong with a definition. */
export class DefinitionFault extends Error {}

export interface DefinedTool {
  readonly described: DescribedTool;
  readonly parse: ReturnType<ReadSchema["createParse"]>;
  readonly run: OwnTool["run"];
}

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
const FLAGS: readonly string[] = [
  "read_only",
  "idempotent",
  "destructive",
  "exclusive",
  "stops_turn",
  "polls",
] satisfies (keyof OwnToolFlags & keyof Tool["flags"])[];
const FIELDS: readonly string[] = ["name", "description", "schema", "flags", "time_limit_s", "run"];

/** @throws DefinitionFault, and whatever the module's own function throws */
export async function readDefinitions(exported: unknown): Promise<readonly DefinedTool[]> {
  const given: unknown = typeof exported === "function" ? await exported(kit) : exported;
  const definitions: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (given == null || definitions.length === 0)
    throw new DefinitionFault(
      "its default export is no tool, no list of tools, and no function that returns them",
    );
  return definitions.map(readDefinition);
}

function readDefinition(definition: unknown): DefinedTool {
  if (!isFields(definition)) throw new DefinitionFault("it exports a tool that is no object");
  const name = nameOf(definition);
  const fault = (words: string) => new DefinitionFault(`${name}: ${words}`);
  const unknown = Object.keys(definition).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) throw fault(`a tool has no field ${unknown.slice(0, 64)}`);
  const { description, run } = definition;
  if (typeof run !== "function") throw fault("run must be a function");
  if (
    typeof description !== "string" ||
    description.trim() === "" ||
    description.length > descriptionCharsMax
  )
    throw fault(`description must be a text of at most ${descriptionCharsMax} characters`);
  const { parameters, parse } = schemaOf(definition["schema"], fault);
  const described = {
    name,
    description,
    parameters,
    flags: flagsOf(definition["flags"], fault),
    time_limit_s: timeLimitOf(definition["time_limit_s"], fault),
  };
  return { described, parse, run: (args, context) => run.call(definition, args, context) as unknown };
}

interface Fields {
  readonly [field: string]: unknown;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function nameOf({ name }: Fields): string {
  if (typeof name !== "string" || !NAME.test(name))
    throw new DefinitionFault("the name of a tool must have 1 to 64 letters, digits, _ or -");
  if (name.includes("__"))
    throw new DefinitionFault(`${name}: names with __ are those of MCP servers' tools`);
  return name;
}

function schemaOf(schema: unknown, fault: (words: string) => Error) {
  const read = inWords(() => readSchema(schema), fault);
  if (read === null)
    throw fault("its schema is neither of zod, nor a Standard Schema with JSON schema, nor JSON schema");
  const { $schema: _, ...parameters } = (isFields(read.parameters) ? read.parameters : {}) as JsonObject;
  if (Buffer.byteLength(JSON.stringify(parameters)) > schemaBytesMax)
    throw fault(`its schema is larger than ${schemaBytesMax / 1024} KiB`);
  const [wrong] = toolSchemaFaults(parameters);
  if (wrong !== undefined)
    throw fault(`its schema${wrong.path === "" ? "" : ` at ${wrong.path}`} ${wrong.message}`);
  return { parameters, parse: inWords(read.createParse, fault) };
}

/** What the library of a schema throws, as a fault. */
function inWords<T>(read: () => T, fault: (words: string) => Error): T {
  try {
    return read();
  } catch (error) {
    throw fault(`its schema cannot be read: ${(error as Error).message.slice(0, 200)}`);
  }
}

function flagsOf(flags: unknown, fault: (words: string) => Error): OwnToolFlags {
  if (flags === undefined) return {};
  if (!isFields(flags)) throw fault("flags must be an object");
  for (const [flag, value] of Object.entries(flags)) {
    if (!FLAGS.includes(flag))
      throw fault(`there is no flag ${flag.slice(0, 64)}; there are ${FLAGS.join(", ")}`);
    if (typeof value !== "boolean") throw fault(`the flag ${flag} must be true or false`);
  }
  return flags;
}

function timeLimitOf(seconds: unknown, fault: (words: string) => Error): number {
  if (seconds === undefined) return callDefaultS;
  if (typeof seconds === "number" && seconds > 0 && seconds <= callMaxS) return seconds;
  throw fault(`time_limit_s must be a number of seconds up to ${callMaxS}`);
}
