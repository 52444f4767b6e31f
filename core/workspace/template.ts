// The parts of a workspace template. Templates are folders, and `workspaces/templates/templates.ts` reads them.
import type { JsonObject } from "../part/part.ts";
import type { WorkspaceLimits, WorkspaceNetwork } from "./workspace-plan.ts";

export interface TemplateParameter {
  readonly name: string;
  readonly type: "string" | "number" | "boolean" | "choice";
  readonly description: string;
  /** If absent, the parameter is required. */
  readonly default?: string | number | boolean;
  /** For a choice. */
  readonly choices?: readonly string[];
}

/** A valid template with defaults filled in. */
export interface Template {
  /** The folder's name: lower case, digits, dashes. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly description: string;
  readonly parameters: readonly TemplateParameter[];
  readonly image: string;
  /** Run once, after the workspace was created. Each must exit with 0. */
  readonly build: readonly string[];
  /** Run at each start, after the build; null means nothing. */
  readonly startup: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly network: WorkspaceNetwork;
  readonly limits: Required<WorkspaceLimits>;
  /** Idle time in milliseconds after which the workspace stops; null means never. */
  readonly ttl_ms: number | null;
  /** Absolute folder whose content is the first content of the workspace; null means none. */
  readonly files: string | null;
}

/** What is wrong with a template. The others still work. */
export interface TemplateFault {
  readonly template: string;
  /** Relative to the templates' folder: `node/template.yaml`. */
  readonly file: string;
  /** Where in the file: `parameters[0].type`. Empty means the whole file. */
  readonly path: string;
  readonly message: string;
}

export type ResolvedParameters =
  | { readonly ok: true; readonly values: Readonly<Record<string, string | number | boolean>> }
  | { readonly ok: false; readonly errors: readonly { readonly path: string; readonly message: string }[] };

/** How everyone reads templates. Files are read again when they change. */
export interface TemplateShelf {
  list(): Promise<{ readonly templates: readonly Template[]; readonly faults: readonly TemplateFault[] }>;
  /** Null if there is no such template. A faulty template throws nothing: `faults` says what is wrong. */
  read(name: string): Promise<{
    readonly template: Template | null;
    readonly faults: readonly TemplateFault[];
    readonly readme: string | null;
  } | null>;
}

/** Fills in defaults, checks types, and refuses unknown names with their path. Pure. */
export type ResolveParameters = (template: Template, given: JsonObject) => ResolvedParameters;
