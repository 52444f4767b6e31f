// A template's parameters between the form, where all is text, and the call.
import type { TemplateSummary } from "../parts/wire.ts";

export type TemplateParameter = TemplateSummary["parameters"][number];

/** What the form shows before anybody types. */
export function startParameters(parameters: readonly TemplateParameter[]): Record<string, string> {
  const shown = parameters.map(({ name, type, choices, default: value }) => {
    if (value !== undefined) return [name, String(value)];
    if (type === "choice") return [name, choices?.[0] ?? ""];
    return [name, type === "boolean" ? "false" : ""];
  });
  return Object.fromEntries(shown);
}

/**
 * What is sent: with the types that the template declares. An empty text of a parameter with a default is left out, so that
 * the default counts; whatever else is wrong, the server says.
 */
export function givenParameters(
  parameters: readonly TemplateParameter[],
  typed: Readonly<Record<string, string>>,
): Record<string, string | number | boolean> {
  const given: Record<string, string | number | boolean> = {};
  const values = { ...startParameters(parameters), ...typed };
  for (const { name, type } of parameters) {
    const value = values[name] ?? "";
    if (value === "" && type !== "string") continue;
    if (value === "" && typed[name] === undefined) continue;
    given[name] = valueOf(type, value);
  }
  return given;
}

function valueOf(type: TemplateParameter["type"], value: string): string | number | boolean {
  if (type === "boolean") return value === "true";
  if (type === "number") return Number.isNaN(Number(value)) ? value : Number(value);
  return value;
}
