// What workspaces can be made from.
import { z } from "zod";
import { headOf } from "../../core/text/truncate.ts";
import type { Template } from "../../core/workspace/template.ts";
import { defineTool } from "../define-tool.ts";
import {
  queryCharsMax,
  templateDescriptionShownBytes,
  templateFaultsShownMax,
  templatesListedMax,
} from "../tool-limits.ts";
import { chatWorkspaceOf } from "./chat-workspace-of.ts";
import { faultWords } from "./choose-template.ts";

const schema = z.strictObject({
  query: z
    .string()
    .max(queryCharsMax)
    .optional()
    .describe("Only templates whose name, title or description has all of these words. Default: all."),
});

/** Whether the template's name, title or description contains every word of the query. */
function matches(template: Template, query: string): boolean {
  const text = `${template.name} ${template.title} ${template.description}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function summary(template: Template) {
  const description = headOf(template.description, templateDescriptionShownBytes);
  return {
    name: template.name,
    title: template.title,
    description: description === template.description ? description : `${description}…`,
    parameters: template.parameters.map(({ name }) => name),
  };
}

/** `list_templates`: `{templates: [{name, title, description, parameters}], truncated, faults?, hint?}`. */
export const listTemplates = defineTool({
  name: "list_templates",
  description:
    "Lists the templates a workspace can be made from. Use read_template for a template's parameters and what it builds, then create_workspace.",
  schema,
  runs_in: "worker",
  flags: { read_only: true },
  async run({ query = "" }, context) {
    const { templates, faults } = await chatWorkspaceOf(context).templates();
    const found = templates.filter((template) => matches(template, query.trim()));
    const truncated = found.length > templatesListedMax;
    const hint = hintOf(found.length, templates);
    const result = {
      templates: found.slice(0, templatesListedMax).map(summary),
      truncated,
      ...(faults.length > 0 && { faults: faults.slice(0, templateFaultsShownMax).map(faultWords) }),
      ...(hint !== null && { hint }),
    };
    return { result, is_error: false, truncated };
  },
});

function hintOf(found: number, all: readonly Template[]): string | null {
  if (found > templatesListedMax) return "Narrow the list with query.";
  if (found > 0) return null;
  if (all.length === 0) return "There are no templates on this server.";
  return `No template has these words; without query there are ${all.length}.`;
}
