// Core is pure: from a template and the values of its parameters to what is built. Values reach commands as environment
// (`PARAM_<NAME>`), never by replacing text in them: a value with a quote or a `$(…)` in it would be run.
import type { Template } from "./template.ts";
import type { WorkspacePlan } from "./workspace-plan.ts";

export interface PlannedWorkspace {
  readonly plan: WorkspacePlan;
  /** Run once, after the workspace was made; each must exit with 0. */
  readonly build_commands: readonly string[];
  /** Run at each start; null: nothing. */
  readonly startup: string | null;
  /** Idle time after which the workspace stops; null: never. */
  readonly ttl_ms: number | null;
}

/** What the names of variables made from parameters begin with; templates may set none of their own like that. */
export const parameterVariablePrefix = "PARAM_";

/** `package_name` → `PARAM_PACKAGE_NAME`. */
function parameterVariable(name: string): string {
  return `${parameterVariablePrefix}${name.toUpperCase()}`;
}

/** `values` as `resolveParameters` gave them. */
export function planOf(
  template: Template,
  values: Readonly<Record<string, string | number | boolean>>,
): PlannedWorkspace {
  const { image, files, network, limits, build, startup, ttl_ms } = template;
  const parameters = Object.entries(values).map(([name, value]) => [parameterVariable(name), String(value)]);
  const env = { ...template.env, ...(Object.fromEntries(parameters) as Record<string, string>) };
  return { plan: { image, files, env, network, limits }, build_commands: build, startup, ttl_ms };
}
