// Schemas of workspace templates. Folders of the server are not shown.
import { z } from "zod";

const parameterValue = z.union([z.string(), z.number(), z.boolean()]);

const parameter = z.strictObject({
  name: z.string(),
  type: z.enum(["string", "number", "boolean", "choice"]),
  description: z.string(),
  default: parameterValue.optional().meta({ description: "Absent: the parameter must be given" }),
  choices: z.array(z.string()).optional(),
});

export const templateFault = z
  .strictObject({
    template: z.string(),
    file: z.string().meta({ description: "Relative to the folder of the templates" }),
    path: z.string().meta({ description: "Where in the file; empty: all of it" }),
    message: z.string(),
  })
  .meta({ id: "TemplateFault" });

const summaryFields = z.strictObject({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  parameters: z.array(parameter),
  image: z.string(),
  network: z.union([z.boolean(), z.literal("unfiltered")]).meta({
    description:
      "What processes inside may reach: nothing (false), public internet addresses through a proxy (true), or whatever the machine they run on can reach, its own ports and private network included",
  }),
  limits: z.strictObject({
    memory_mib: z.number(),
    cpus: z.number(),
    pids: z.number(),
    disk_mib: z.number(),
  }),
  ttl_ms: z.number().nullable().meta({ description: "Idle time after which a workspace stops; null: never" }),
});

export const templateSummary = summaryFields.meta({ id: "TemplateSummary" });

export const templateDetail = summaryFields
  .extend({
    build: z.array(z.string()).meta({ description: "Commands run once, when the workspace is made" }),
    startup: z.string().nullable().meta({ description: "Script run at each start" }),
    env: z.array(z.string()).meta({ description: "Names of the variables it sets; values are not shown" }),
  })
  .meta({ id: "Template" });
