// Turns a template and the values of its parameters into a build plan. Commands get values as environment variables
// (`PARAM_<NAME>`), never as text in the command: a value with a quote or a `$(…)` would be run.
import type { Template } from "./template.ts";
import type { WorkspacePlan } from "./workspace-plan.ts";

export interface PlannedWorkspace {
  readonly plan: WorkspacePlan;
  /** Run once, after the workspace was created. Each must exit with 0. */
  readonly build_commands: readonly string[];
  /** Run at each start; null means nothing. */
  readonly startup: string | null;
  /** Idle time after which the workspace stops; null means never. */
  readonly ttl_ms: number | null;
}

/** Prefix of the variables that are made from parameters. Templates may not set such names themselves. */
export const parameterVariablePrefix = "PARAM_";

/** `package_name` → `PARAM_PACKAGE_NAME`. */
function parameterVariable(name: string): string {
  return `${parameterVariablePrefix}${name.toUpperCase()}`;
}

/** `values` come from `resolveParameters`. */
export function planOf(
  template: Template,
  values: Readonly<Record<string, string | number | boolean>>,
): PlannedWorkspace {
  const { image, files, network, limits, build, startup, ttl_ms } = template;
  const parameters = Object.entries(values).map(([name, value]) => [parameterVariable(name), String(value)]);
  const env = { ...template.env, ...(Object.fromEntries(parameters) as Record<string, string>) };
  return { plan: { image, files, env, network, limits }, build_commands: build, startup, ttl_ms };
}
