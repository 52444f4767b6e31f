// Turns the template and parameters that a model names into a plan, or into an error that helps it to try again.

import { z } from "zod";
import type { JsonObject } from "../../core/part/part.ts";
import { nearestNames } from "../../core/text/nearest-names.ts";
import { quoted } from "../../core/text/quoted.ts";
import { type PlannedWorkspace, planOf } from "../../core/workspace/plan-workspace.ts";
import { resolveParameters } from "../../core/workspace/resolve-parameters.ts";
import type { Template, TemplateFault, TemplateShelf } from "../../core/workspace/template.ts";
import { ToolError } from "../tool-error.ts";
import {
  nearestNamesMax,
  templateFaultsShownMax,
  templateNameCharsMax,
  templatesListedMax,
} from "../tool-limits.ts";

/** Accepts any text: an unknown name is answered with similar names, which helps more than a pattern. */
export const templateNameSchema = z
  .string()
  .min(1)
  .max(templateNameCharsMax)
  .describe("Name of the template, as list_templates gives it.");

export interface ChosenTemplate extends PlannedWorkspace {
  readonly template: string;
  /** Defaults filled in. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
}

/** Throws `ToolError`: no such template (with the nearest names), a faulty one, parameters that do not fit. */
export async function chooseTemplate(
  shelf: TemplateShelf,
  asked: { readonly template: string; readonly parameters?: Readonly<Record<string, unknown>> | undefined },
): Promise<ChosenTemplate> {
  const { template } = await findTemplate(shelf, asked.template);
  const resolved = resolveParameters(template, (asked.parameters ?? {}) as JsonObject);
  if (!resolved.ok) {
    const faults = resolved.errors.map(({ path, message }) => `parameters.${path} ${message}`).join("; ");
    throw new ToolError(
      `The parameters do not fit the template ${quoted(template.name)}: ${faults}.`,
      hintOf(template),
    );
  }
  const { values } = resolved;
  return { template: template.name, parameters: values, ...planOf(template, values) };
}

/** A usable template with its README. Throws `ToolError` as `chooseTemplate` does. */
export async function findTemplate(
  shelf: TemplateShelf,
  name: string,
): Promise<{ readonly template: Template; readonly readme: string | null }> {
  const found = await shelf.read(name);
  if (found === null) throw await unknownTemplate(shelf, name);
  if (found.template === null) throw faulty(name, found.faults);
  return { template: found.template, readme: found.readme };
}

/** `package_name (string, default "app")`: as hints and lists name a parameter. */
function parameterWords(parameter: Template["parameters"][number]): string {
  const { name, type, choices, default: value } = parameter;
  const kind =
    choices === undefined ? type : `one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`;
  return `${name} (${kind}, ${value === undefined ? "required" : `default ${JSON.stringify(value)}`})`;
}

function hintOf(template: Template): string {
  if (template.parameters.length === 0) return `${template.name} takes no parameters.`;
  return `Parameters of ${template.name}: ${template.parameters.map(parameterWords).join(", ")}.`;
}

async function unknownTemplate(shelf: TemplateShelf, name: string): Promise<ToolError> {
  const names = (await shelf.list()).templates.map((template) => template.name);
  const nearest = nearestNames(name, names, nearestNamesMax);
  const shown = nearest.length > 0 ? nearest : names.slice(0, templatesListedMax);
  const hint =
    shown.length === 0
      ? "There are no templates on this server."
      : `${nearest.length > 0 ? "Similar templates" : "Templates"}: ${shown.map(quoted).join(", ")}.`;
  return new ToolError(`There is no template ${quoted(name)}.`, hint);
}

function faulty(name: string, faults: readonly TemplateFault[]): ToolError {
  const words = faults.slice(0, templateFaultsShownMax).map(faultWords).join("; ");
  const hint = "Its owner has to mend it. list_templates shows the templates that can be used.";
  return new ToolError(`The template ${quoted(name)} has faults and cannot be used: ${words}.`, hint);
}

/** `node/template.yaml ttl: line 9: must be …` */
export function faultWords(fault: TemplateFault): string {
  const place = [fault.file, fault.path].filter((part) => part !== "").join(" ");
  return place === "" ? fault.message : `${place}: ${fault.message}`;
}
