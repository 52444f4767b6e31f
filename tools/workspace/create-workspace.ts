// Creates the chat's workspace, or finds the one it has (SPEC W2). A workflow builds it, so a call that runs again joins the same build.
import { z } from "zod";
import { defineTool } from "../define-tool.ts";
import type { Tool, ToolContext, ToolOutput } from "../tool.ts";
import { parameterValueCharsMax, workspaceNameCharsMax } from "../tool-limits.ts";
import { abandonBuild, buildWatchOf, chatWorkspaceOf } from "./chat-workspace-of.ts";
import { templateNameSchema } from "./choose-template.ts";

const schema = z.strictObject({
  template: templateNameSchema,
  name: z
    .string()
    .max(workspaceNameCharsMax)
    .optional()
    .describe("Name of the workspace: lower case letters, digits and dashes. Default: a name of its own."),
  parameters: z
    // Not z.record: its JSON schema has propertyNames, which some providers do not support.
    .object({})
    .catchall(z.union([z.string().max(parameterValueCharsMax), z.number(), z.boolean()]))
    .optional()
    .describe(
      "Parameters of the template by name; read_template lists them. Default: the template's defaults.",
    ),
});

const described = {
  name: "create_workspace",
  description:
    "Gives this chat a workspace built from a template, and waits until it is ready; its files and processes are then reached with the other tools. " +
    "A chat has one workspace: one that runs is reused, one being built is waited for, a stopped one is started, a failed one is replaced; the result says what happened. " +
    "agent_status not_ready means that it was built but its agent does not answer yet: see agent_error.",
  runs_in: "worker",
  flags: { reattaches: true },
  abandon: abandonBuild,
} as const;

/** `create_workspace`: a `WorkspaceReport`. */
export const createWorkspace = defineTool({ ...described, schema, run });

/** The same for a chat whose profile names a template: the model need not name one. */
export function createWorkspaceFrom(template: string): Tool {
  const optional = templateNameSchema
    .optional()
    .describe(`Name of the template, as list_templates gives it. Default: ${JSON.stringify(template)}.`);
  return defineTool({
    ...described,
    schema: schema.extend({ template: optional }),
    run: (args, context) => run({ ...args, template: args.template ?? template }, context),
  });
}

async function run(
  { template, name, parameters }: z.output<typeof schema>,
  context: ToolContext,
): Promise<ToolOutput> {
  const asked = {
    template,
    ...(name !== undefined && { name }),
    ...(parameters !== undefined && { parameters }),
  };
  const report = await chatWorkspaceOf(context).create(asked, buildWatchOf(context));
  return { result: { ...report }, is_error: false };
}
