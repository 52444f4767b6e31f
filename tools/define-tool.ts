// Makes a tool from a zod schema: the built-in tools are defined so.
import { z } from "zod";
import type { JsonObject } from "../core/part/part.ts";
import { argsFaults, fittedArgs } from "./args/fitted-args.ts";
import type { Tool, ToolContext, ToolOutput } from "./tool.ts";

export interface ToolDefinition<Schema extends z.ZodObject>
  extends Pick<Tool, "name" | "description" | "runs_in" | "flags" | "abandon"> {
  /** A strict object: unknown fields are refused, so that a misspelt option is not silently ignored. */
  readonly schema: Schema;
  /** `args` have passed the schema. Expected failures are thrown as `ToolError`. */
  run(args: z.output<Schema>, context: ToolContext): Promise<ToolOutput>;
}

export function defineTool<Schema extends z.ZodObject>(definition: ToolDefinition<Schema>): Tool {
  const { schema, ...described } = definition;
  let parameters: JsonObject | undefined;
  return {
    ...described,
    // Made when the tool is first offered: a process that runs no turns needs none.
    get parameters() {
      return (parameters ??= jsonSchemaOf(schema));
    },
    parse(args) {
      const parsed = fittedArgs(schema, args);
      return parsed.success
        ? { ok: true, args: parsed.data }
        : { ok: false, faults: argsFaults(parsed.error) };
    },
    run: (args, context) => definition.run(args as z.output<Schema>, context),
  };
}

function jsonSchemaOf(schema: z.ZodObject): JsonObject {
  const { $schema: _, ...parameters } = z.toJSONSchema(schema, { target: "draft-7", io: "input" });
  return parameters as JsonObject;
}
