// Formatting and the order of imports, by biome; nothing is written here.
import type { CheckResult } from "./check.ts";
import { parseToolJson, runTool } from "./run-tool.ts";

interface BiomeReport {
  readonly summary: { readonly changed: number; readonly unchanged: number };
  readonly diagnostics: readonly {
    readonly category?: string;
    readonly message: string;
    readonly severity: string;
    readonly location?: { readonly path?: string; readonly start?: { readonly line: number } };
  }[];
}

/** Asks biome which files it would write otherwise. */
export async function checkFormat(root: string): Promise<CheckResult> {
  const output = await runTool(root, "biome", ["check", "--reporter=json", "--max-diagnostics=none", "."]);
  const report = parseToolJson<BiomeReport>("biome", output);
  const fileCount = report.summary.changed + report.summary.unchanged;
  const faults = report.diagnostics.filter((diagnostic) => diagnostic.severity === "error").map(faultLine);
  if (fileCount === 0) faults.push("biome looked at no file");
  if (output.exitCode !== 0 && faults.length === 0)
    faults.push(`biome ended with ${output.exitCode} and no message`);
  return { seen: `${fileCount} files`, faults };
}

function faultLine(diagnostic: BiomeReport["diagnostics"][number]): string {
  const path = diagnostic.location?.path ?? "?";
  if (diagnostic.category === "format") return `${path} is not formatted: run npm run format`;
  if (diagnostic.category?.startsWith("assist") === true)
    return `${path} has unsorted imports: run npm run format`;
  return `${path}:${diagnostic.location?.start?.line ?? 0} ${diagnostic.message}`;
}
