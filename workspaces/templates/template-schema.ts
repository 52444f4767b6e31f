// The schema of `template.yaml`. A misspelt field is a fault.
import { z } from "zod";
import { parameterVariablePrefix } from "../../core/workspace/plan-workspace.ts";
import { parameterFault } from "../../core/workspace/resolve-parameters.ts";
import type { Template } from "../../core/workspace/template.ts";
import { diskMibDefault } from "../../core/workspace/workspace-plan.ts";
import {
  buildCommandsMax,
  choicesMax,
  commandCharsMax,
  descriptionCharsMax,
  environmentMax,
  environmentValueCharsMax,
  parametersMax,
  titleCharsMax,
  ttlMaxMs,
  ttlMinMs,
} from "./template-limits.ts";

/** The name of a template is the name of its folder, and models write it in tool calls. */
export const templateNamePattern = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

/** About a developer's small machine. */
const defaultLimits = { memory_mib: 2_048, cpus: 2, pids: 512, disk_mib: diskMibDefault } as const;
const defaultTtl = "2h";

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30m` → 1800000, `never` → null, anything else → undefined. */
function durationMs(text: string): number | null | undefined {
  if (text === "never") return null;
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const factor = unitMs[unit ?? ""];
  return count === undefined || factor === undefined ? undefined : Number(count) * factor;
}

const nulFault = "must not contain a NUL character";
const hasNoNul = (value: string): boolean => !value.includes("\0");

/** Text that is not empty and contains no NUL. */
const text = (charsMax: number) =>
  z
    .string("must be text; put it in quotes if it looks like a number")
    .trim()
    .min(1, "must not be empty")
    .max(charsMax, `must have at most ${charsMax} characters`)
    .refine(hasNoNul, nulFault);

const parameter = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,40}$/, "must be lower case letters, digits and _, beginning with a letter"),
    type: z.enum(["string", "number", "boolean", "choice"], "must be string, number, boolean or choice"),
    description: text(descriptionCharsMax),
    default: z
      .union([z.string(), z.number(), z.boolean()], "must be text, a number, true or false")
      .exactOptional(),
    choices: z
      .array(text(environmentValueCharsMax))
      .min(1, "must name at least one")
      .max(choicesMax)
      .refine((names) => new Set(names).size === names.length, "must not repeat one")
      .exactOptional(),
  })
  .superRefine((given, check) => {
    const { default: value, type, choices } = given;
    if ((type === "choice") !== (choices !== undefined)) {
      const message = type === "choice" ? "a choice needs its choices" : "only a choice has choices";
      check.addIssue({ code: "custom", path: ["choices"], message });
      return;
    }
    const fault = value === undefined ? null : parameterFault(given, value);
    if (fault !== null) check.addIssue({ code: "custom", path: ["default"], message: fault });
  });

const parameters = z
  .array(parameter, "must be a list")
  .max(parametersMax, `must have at most ${parametersMax} entries`)
  .superRefine((list, check) => {
    const names = list.map(({ name }) => name);
    names.forEach((name, at) => {
      if (names.indexOf(name) === at) return;
      check.addIssue({ code: "custom", path: [at, "name"], message: `is there twice: ${name}` });
    });
  });

const wholeNumber = (least: number, most: number) => {
  const words = `must be a whole number from ${least} to ${most}`;
  return z.int(words).min(least, words).max(most, words);
};

/** Names that Everturn uses: for parameters and for the agent. */
const reservedPrefixes = [parameterVariablePrefix, "EVERTURN_"];

function variableFault(name: string): string | null {
  const reserved = reservedPrefixes.find((prefix) => name.startsWith(prefix));
  if (reserved !== undefined) return `names beginning with ${reserved} are reserved`;
  return /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name) ? null : "is no name of a variable";
}

const environment = z
  .record(
    z.string(),
    z.string("must be text; put it in quotes").max(environmentValueCharsMax).refine(hasNoNul, nulFault),
    "must be a map of names to text",
  )
  .superRefine((values, check) => {
    const names = Object.keys(values);
    if (names.length > environmentMax) {
      check.addIssue({ code: "custom", message: `must have at most ${environmentMax} entries` });
    }
    for (const name of names) {
      const fault = variableFault(name);
      if (fault !== null) check.addIssue({ code: "custom", path: [name], message: fault });
    }
  });

const limits = z.strictObject(
  {
    memory_mib: wholeNumber(64, 1_048_576).default(defaultLimits.memory_mib),
    cpus: z
      .number("must be a number")
      .min(0.1, "must be at least 0.1")
      .max(256, "must be at most 256")
      .default(defaultLimits.cpus),
    pids: wholeNumber(16, 100_000).default(defaultLimits.pids),
    disk_mib: wholeNumber(16, 16_777_216).default(defaultLimits.disk_mib),
  },
  "must be a map",
);

const ttl = z
  .string("must be text such as 30m, 2h or never")
  .transform((value, check) => {
    const ms = durationMs(value);
    if (ms === undefined) check.addIssue("must be a number with s, m, h or d, such as 30m or 2h, or never");
    else if (ms !== null && (ms < ttlMinMs || ms > ttlMaxMs))
      check.addIssue("must lie between 1s and 30d; never for a workspace that stays");
    return ms ?? null;
  })
  .prefault(defaultTtl);

const templateSchema = z.strictObject(
  {
    name: z.string().optional(),
    title: text(titleCharsMax),
    description: text(descriptionCharsMax),
    parameters: parameters.default([]),
    image: z
      .string("must be the name of an image, such as debian:bookworm")
      .regex(/^[\w][\w./:@-]{0,254}$/, "must be the name of an image, such as debian:bookworm"),
    build: z
      .array(text(commandCharsMax), "must be a list of commands")
      .max(buildCommandsMax, `must have at most ${buildCommandsMax} commands`)
      .default([]),
    startup: text(commandCharsMax).nullable().default(null),
    env: environment.default({}),
    network: z
      .union([z.boolean(), z.literal("unfiltered")], "must be true, false or unfiltered")
      .default(false),
    limits: limits.default(defaultLimits),
    ttl,
  },
  "must be a map of fields",
);

export type ParsedTemplate =
  | { readonly ok: true; readonly template: Template }
  | {
      readonly ok: false;
      readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
    };

/** Checks the content of `template.yaml`. `name` is the name of its folder, `files` the folder beside it. */
export function parseTemplate(
  value: unknown,
  { name, files }: { readonly name: string; readonly files: string | null },
): ParsedTemplate {
  // With the input, to tell a missing field from one of the wrong kind.
  const parsed = templateSchema.safeParse(value, { reportInput: true });
  if (!parsed.success) return { ok: false, issues: parsed.error.issues.flatMap(plainIssues) };
  const { name: written, ttl: ttl_ms, ...rest } = parsed.data;
  if (written !== undefined && written !== name) {
    return {
      ok: false,
      issues: [{ path: ["name"], message: `must be ${name}, like its folder, or be left out` }],
    };
  }
  return { ok: true, template: { ...rest, name, ttl_ms, files } };
}

/** Each unknown field is a fault at its own place. */
function plainIssues(issue: z.core.$ZodIssue): readonly { path: readonly PropertyKey[]; message: string }[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: "is no field of a template" }));
  }
  const isMissing = issue.code === "invalid_type" && issue.input === undefined;
  return [{ path: issue.path, message: isMissing ? "is missing" : issue.message }];
}
