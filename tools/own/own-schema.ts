// The schema of an own tool, whichever of the three kinds it is: what models are told, and how arguments are checked.
import { z } from "zod";
import type { JsonObject } from "../../core/part/part.ts";
import { argsFaults, fittedArgs } from "../args/fitted-args.ts";
import type { ArgsFault, ParsedArgs } from "../tool.ts";
import type { StandardSchema } from "./kit.ts";

type Parse = (args: JsonObject) => Promise<ParsedArgs>;

export interface ReadSchema {
  /** As the schema itself says it, not checked. */
  readonly parameters: unknown;
  /** To be called for parameters that are sound. Throws if the schema holds what cannot be checked. */
  readonly createParse: () => Parse;
}

/** Throws what the schema's own library throws. Null: it is no schema of any kind. */
export function readSchema(schema: unknown): ReadSchema | null {
  if (typeof schema !== "object" || schema === null) return null;
  if (isZod(schema)) {
    const parameters = z.toJSONSchema(schema, { target: "draft-7", io: "input" });
    return { parameters, createParse: () => zodParse(schema) };
  }
  if ("~standard" in schema) return ofStandard(schema as StandardSchema);
  const json = schema as Parameters<typeof z.fromJSONSchema>[0];
  return { parameters: schema, createParse: () => zodParse(z.fromJSONSchema(json) as z.ZodObject) };
}

function isZod(schema: object): schema is z.ZodObject {
  return "_zod" in schema && "safeParse" in schema && typeof schema.safeParse === "function";
}

function zodParse(schema: z.ZodObject): Parse {
  return async (args) => {
    const parsed = fittedArgs(schema, args);
    return parsed.success ? { ok: true, args: parsed.data } : { ok: false, faults: argsFaults(parsed.error) };
  };
}

interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[];
}

function ofStandard({ "~standard": standard }: StandardSchema): ReadSchema | null {
  if (standard.jsonSchema === undefined) return null;
  return {
    parameters: standard.jsonSchema.input({ target: "draft-07" }),
    createParse: () => async (args) => {
      const checked = (await standard.validate(args)) as {
        issues?: readonly StandardIssue[];
        value?: unknown;
      };
      return checked.issues === undefined
        ? { ok: true, args: checked.value }
        : { ok: false, faults: checked.issues.slice(0, 10).map(standardFault) };
    },
  };
}

function standardFault({ path = [], message }: StandardIssue): ArgsFault {
  const keys = path.map((step) => String(typeof step === "object" ? step.key : step));
  return { path: keys.join("."), message };
}
