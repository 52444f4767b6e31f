// Shows a model everything about a template that it needs to create a workspace from it.
import { z } from "zod";
import type { JsonObject } from "../../core/part/part.ts";
import { defineTool } from "../define-tool.ts";
import { chatWorkspaceOf } from "./chat-workspace-of.ts";
import { findTemplate, templateNameSchema } from "./choose-template.ts";

const schema = z.strictObject({ template: templateNameSchema });

/** `read_template`: the template with its README; `env` only by name, because the values belong to the operator. */
export const readTemplate = defineTool({
  name: "read_template",
  description:
    "Shows a template: its parameters with types and defaults, its README, the commands its build runs, and whether its workspaces reach the network.",
  schema,
  runs_in: "worker",
  flags: { read_only: true },
  async run(args, context) {
    const workspace = chatWorkspaceOf(context);
    const shelf = { list: () => workspace.templates(), read: (name: string) => workspace.template(name) };
    const { template, readme } = await findTemplate(shelf, args.template);
    // The path of its files is a folder of this server.
    const { files: _, env, parameters, ...shown } = template;
    const result: JsonObject = {
      ...shown,
      parameters: parameters.map((parameter) => ({ ...parameter })),
      env: Object.keys(env),
      readme,
    };
    return { result, is_error: false };
  },
});
