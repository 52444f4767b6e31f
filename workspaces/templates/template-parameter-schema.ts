// The schema of a template's parameters in `template.yaml`.
import { z } from "zod";
import { parameterFault } from "../../core/workspace/resolve-parameters.ts";
import type { TemplateParameter } from "../../core/workspace/template.ts";
import {
  choicesMax,
  descriptionCharsMax,
  environmentValueCharsMax,
  parametersMax,
} from "./template-limits.ts";

/** Text that is not empty and contains no NUL. */
export const text = (charsMax: number) =>
  z
    .string("must be text; put it in quotes if it looks like a number")
    .trim()
    .min(1, "must not be empty")
    .max(charsMax, `must have at most ${charsMax} characters`)
    .refine((value) => !value.includes("\0"), "must not contain a NUL character");

const parameter = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,40}$/, "must be lower case letters, digits and _, beginning with a letter"),
    type: z.enum(["string", "number", "boolean", "choice"], "must be string, number, boolean or choice"),
    description: text(descriptionCharsMax),
    default: z
      .union([z.string(), z.number(), z.boolean()], "must be text, a number, true or false")
      .optional(),
    choices: z
      .array(text(environmentValueCharsMax))
      .min(1, "must name at least one")
      .max(choicesMax)
      .refine((names) => new Set(names).size === names.length, "must not repeat one")
      .optional(),
  })
  .superRefine((given, check) => {
    const { default: value, type, choices } = given;
    if ((type === "choice") !== (choices !== undefined)) {
      const message = type === "choice" ? "a choice needs its choices" : "only a choice has choices";
      check.addIssue({ code: "custom", path: ["choices"], message });
      return;
    }
    const fault = value === undefined ? null : parameterFault(toParameter(given), value);
    if (fault !== null) check.addIssue({ code: "custom", path: ["default"], message: fault });
  });

/** Leaves out keys without a value: readers tell an absent key from an undefined one. */
export function toParameter(given: {
  readonly name: string;
  readonly type: TemplateParameter["type"];
  readonly description: string;
  readonly default?: string | number | boolean | undefined;
  readonly choices?: readonly string[] | undefined;
}): TemplateParameter {
  const { name, type, description } = given;
  return {
    name,
    type,
    description,
    ...(given.default !== undefined && { default: given.default }),
    ...(given.choices !== undefined && { choices: given.choices }),
  };
}

/** `parameters:` of a template. */
export const parametersSchema = z
  .array(parameter, "must be a list")
  .max(parametersMax, `must have at most ${parametersMax} entries`)
  .superRefine((list, check) => {
    const names = list.map(({ name }) => name);
    names.forEach((name, at) => {
      if (names.indexOf(name) === at) return;
      check.addIssue({ code: "custom", path: [at, "name"], message: `is there twice: ${name}` });
    });
  });
