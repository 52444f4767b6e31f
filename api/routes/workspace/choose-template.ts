// Finds the template that a caller names and checks the parameters, or refuses and says which field is wrong.

import { Refusal } from "../../../core/chat/refusal.ts";
import type { JsonObject } from "../../../core/part/part.ts";
import { type PlannedWorkspace, planOf } from "../../../core/workspace/plan-workspace.ts";
import { resolveParameters } from "../../../core/workspace/resolve-parameters.ts";
import type { Template, TemplateShelf } from "../../../core/workspace/template.ts";

/** Names listed for a caller who named an unknown template; nobody would read more. */
const namesShownMax = 20;

export interface ChosenTemplate extends PlannedWorkspace {
  readonly template: string;
  /** Defaults filled in. */
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
}

/** @throws Refusal `template_refused` with the path of every fault */
export async function chooseTemplate(
  shelf: TemplateShelf,
  asked: { readonly template: string; readonly parameters?: Readonly<Record<string, unknown>> | undefined },
): Promise<ChosenTemplate> {
  const template = await findTemplate(shelf, asked.template);
  const resolved = resolveParameters(template, (asked.parameters ?? {}) as JsonObject);
  if (!resolved.ok) {
    throw refused(resolved.errors.map(({ path, message }) => ({ path: `parameters.${path}`, message })));
  }
  const { values } = resolved;
  return { template: template.name, parameters: values, ...planOf(template, values) };
}

async function findTemplate(shelf: TemplateShelf, name: string): Promise<Template> {
  const found = await shelf.read(name);
  if (found === null) {
    const names = (await shelf.list()).templates.slice(0, namesShownMax).map((template) => template.name);
    const known = names.length === 0 ? "there are none" : `there are ${names.join(", ")}`;
    throw refused([{ path: "template", message: `no such template: ${known}` }]);
  }
  if (found.template !== null) return found.template;
  throw refused(
    found.faults.map((fault) => ({
      path: "template",
      message: `${[fault.file, fault.path].filter((part) => part !== "").join(" ")}: ${fault.message}`,
    })),
  );
}

function refused(errors: Refusal["errors"]): Refusal {
  const [first] = errors;
  return new Refusal("template_refused", first && `${first.path}: ${first.message}`, errors);
}
