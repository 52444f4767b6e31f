// Core is pure: what a workspace template is. Templates are folders; `workspaces/templates/templates.ts` reads them.
import type { JsonObject } from "../part/part.ts";

export interface TemplateParameter {
  readonly name: string;
  readonly type: "string" | "number" | "boolean" | "choice";
  readonly description: string;
  /** Absent: the parameter must be given. */
  readonly default?: string | number | boolean;
  /** Of a choice. */
  readonly choices?: readonly string[];
}

/** A valid template, defaults filled in. */
export interface Template {
  /** The folder's name: lower case, digits, dashes. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly description: string;
  readonly parameters: readonly TemplateParameter[];
  readonly image: string;
  /** Run once, after the workspace was made; each must exit with 0. */
  readonly build: readonly string[];
  /** Run at each start, after the build; null: nothing. */
  readonly startup: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly network: boolean;
  readonly limits: { readonly memory_mib: number; readonly cpus: number; readonly pids: number };
  /** Idle time after which the workspace stops, milliseconds; null: never. */
  readonly ttl_ms: number | null;
  /** Absolute folder whose content the workspace begins with; null: none. */
  readonly files: string | null;
}

/** What is wrong with a template; the others still work. */
export interface TemplateFault {
  readonly template: string;
  /** Relative to the templates' folder: `node/template.yaml`. */
  readonly file: string;
  /** Where in the file: `parameters[0].type`; empty: all of it. */
  readonly path: string;
  readonly message: string;
}

export type ResolvedParameters =
  | { readonly ok: true; readonly values: Readonly<Record<string, string | number | boolean>> }
  | { readonly ok: false; readonly errors: readonly { readonly path: string; readonly message: string }[] };

/** The templates as everyone reads them; read anew when files changed. */
export interface TemplateShelf {
  list(): Promise<{ readonly templates: readonly Template[]; readonly faults: readonly TemplateFault[] }>;
  /** Null: no such template. A template with faults throws nothing: `faults` says what is wrong. */
  read(name: string): Promise<{
    readonly template: Template | null;
    readonly faults: readonly TemplateFault[];
    readonly readme: string | null;
  } | null>;
}

/** Defaults filled in, types checked, unknown names refused with their path. Pure. */
export type ResolveParameters = (template: Template, given: JsonObject) => ResolvedParameters;
