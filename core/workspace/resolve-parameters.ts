// Checks parameters against their template. Reports every fault at once, each with its path.
import type { JsonValue } from "../part/part.ts";
import type { ResolveParameters, TemplateParameter } from "./template.ts";

/** A value becomes an environment variable of every process. The kernel refuses variables of 128 KiB. */
const valueCharsMax = 4_096;

/** Why a value does not fit a parameter; null if it does. */
export function parameterFault(parameter: TemplateParameter, value: JsonValue): string | null {
  switch (parameter.type) {
    case "string":
      return typeof value === "string" ? textFault(value) : "must be a string";
    case "number":
      return typeof value === "number" && Number.isFinite(value) ? null : "must be a number";
    case "boolean":
      return typeof value === "boolean" ? null : "must be true or false";
    case "choice": {
      const choices = parameter.choices ?? [];
      if (typeof value === "string" && choices.includes(value)) return null;
      return `must be one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`;
    }
  }
}

function textFault(value: string): string | null {
  if (value.includes("\0")) return "must not contain a NUL character";
  return value.length > valueCharsMax ? `must have at most ${valueCharsMax} characters` : null;
}

function unknownFault(name: string, known: readonly string[]) {
  const names = known.length === 0 ? "the template takes none" : `the template has ${known.join(", ")}`;
  return { path: name, message: `is no parameter: ${names}` };
}

/** Fills in defaults, checks types, and refuses unknown names with their path. */
export const resolveParameters: ResolveParameters = (template, given) => {
  const known = template.parameters.map(({ name }) => name);
  const errors = Object.keys(given)
    .filter((name) => given[name] !== undefined && !known.includes(name))
    .map((name) => unknownFault(name, known));
  const values: Record<string, string | number | boolean> = {};
  for (const parameter of template.parameters) {
    // Own properties only: every object has a `constructor`, which is not a parameter.
    const value = Object.hasOwn(given, parameter.name) ? given[parameter.name] : undefined;
    const filled = value ?? parameter.default;
    const message = filled === undefined ? "is required" : parameterFault(parameter, filled);
    if (message !== null) errors.push({ path: parameter.name, message });
    else values[parameter.name] = filled as string | number | boolean;
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, values };
};
