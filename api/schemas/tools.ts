// Schemas of client-run tools and of approval policies, as clients send them.
import { z } from "zod";
import { clientToolsMax, policyEntriesMax, toolSchemaBytesMax } from "../../core/chat/limits.ts";
import type { JsonObject } from "../../core/part/part.ts";
import { VERDICTS } from "../../core/tool/approval-policy.ts";
import { isBuiltInTool } from "../../core/tool/built-in-tools.ts";
import { toolSchemaFaults } from "../../core/tool/json-schema-faults.ts";
import { jsonObject } from "./common.ts";

/** What every provider takes as the name of a tool. */
export const toolName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "1 to 64 letters, digits, _ or -");
const descriptionCharsMax = 10_000;

const parameters = (jsonObject as unknown as z.ZodType<JsonObject>)
  .meta({ description: 'JSON schema of the arguments, with `type: "object"`' })
  .superRefine((schema, context) => {
    const bytes = Buffer.byteLength(JSON.stringify(schema));
    if (bytes > toolSchemaBytesMax) {
      const message = `the schema has ${bytes} bytes; at most ${toolSchemaBytesMax} are allowed`;
      context.addIssue({ code: "custom", message });
      return;
    }
    for (const { path, message } of toolSchemaFaults(schema))
      context.addIssue({ code: "custom", path: path === "" ? [] : path.split("."), message });
  });

/** Tools that the client runs (SPEC D1). */
export const clientTools = z
  .array(z.strictObject({ name: toolName, description: z.string().max(descriptionCharsMax), parameters }))
  .max(clientToolsMax)
  .superRefine((tools, context) => {
    const seen = new Set<string>();
    tools.forEach(({ name }, at) => {
      const taken = isBuiltInTool(name)
        ? "is the name of a built-in tool"
        : seen.has(name)
          ? "is there twice"
          : null;
      if (taken !== null) context.addIssue({ code: "custom", path: [at, "name"], message: taken });
      seen.add(name);
    });
  })
  .meta({ description: "Tools that the client runs: the turn waits for their results" });

export const builtInTools = z.array(toolName).max(clientToolsMax).meta({
  description:
    "The tools of the deployment that the chat may call, built in or its own (`GET /v1/tools`); null: all",
});

export const toolPattern = z.string().regex(/^[A-Za-z0-9_*-]{1,128}$/, "a tool's name, or a pattern with *");

export const approvalPolicy = z
  .record(toolPattern, z.enum(VERDICTS))
  .refine((policy) => Object.keys(policy).length <= policyEntriesMax, `at most ${policyEntriesMax} entries`)
  .meta({
    description:
      "By tool, or pattern such as `github__*`: run at once, ask a person first, or refuse. A name comes before patterns, a longer pattern before a shorter one",
  });

const aYearS = 366 * 24 * 3_600;

export const clientToolDeadline = z
  .int()
  .min(1)
  .max(aYearS)
  .nullable()
  .meta({ description: "Seconds that the client has to run a tool; null: no deadline" });
