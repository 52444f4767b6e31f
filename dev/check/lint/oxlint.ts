// One run of oxlint, as data: the lint check and the size check differ only in the configuration they pass.
import { parseToolJson, runTool } from "../run-tool.ts";
import { foreignFolders } from "../source-files.ts";

export interface LintFinding {
  readonly place: string;
  readonly rule: string;
  readonly message: string;
}

export interface LintRun {
  readonly fileCount: number;
  readonly findings: readonly LintFinding[];
}

interface OxlintDiagnostic {
  readonly message: string;
  readonly code?: string;
  readonly filename?: string;
  readonly labels?: readonly { readonly span: { readonly line: number; readonly column: number } }[];
}

interface OxlintReport {
  readonly diagnostics: readonly OxlintDiagnostic[];
  readonly number_of_files: number;
}

/** Runs oxlint over `root` with the given extra arguments. Throws when it prints no report (a broken configuration). */
export async function runOxlint(root: string, args: readonly string[]): Promise<LintRun> {
  // Patterns inside a configuration count from its own folder, which need not be the tree's.
  const ignored = [...foreignFolders].map((folder) => `--ignore-pattern=${folder}`);
  const output = await runTool(root, "oxlint", [
    ...args,
    ...ignored,
    "--disable-nested-config",
    "-f",
    "json",
    ".",
  ]);
  const report = parseToolJson<OxlintReport>("oxlint", output);
  return { fileCount: report.number_of_files, findings: report.diagnostics.map(toFinding) };
}

function toFinding(diagnostic: OxlintDiagnostic): LintFinding {
  const span = diagnostic.labels?.[0]?.span;
  const position = span === undefined ? "" : `:${span.line}:${span.column}`;
  return {
    place: `${diagnostic.filename ?? "?"}${position}`,
    rule: diagnostic.code ?? "oxlint",
    message: diagnostic.message,
  };
}
