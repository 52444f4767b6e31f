// Long files and functions as a count to bring down. The hard limits are lint errors; these are the aims below them.
import { fileURLToPath } from "node:url";
import type { CheckResult } from "../check.ts";
import { type LintFinding, runOxlint } from "./oxlint.ts";

const configuration = fileURLToPath(new URL("./sizes.oxlintrc.json", import.meta.url));

/** Counts files over 200 lines and functions over 40; never a fault unless nothing was measured. */
export async function checkSizes(root: string): Promise<CheckResult> {
  const run = await runOxlint(root, ["-c", configuration]);
  const longFiles = run.findings.filter((finding) => finding.rule.includes("max-lines)"));
  const longFunctions = run.findings.filter((finding) => finding.rule.includes("max-lines-per-function)"));
  const unknown = run.findings.filter(
    (finding) => !longFiles.includes(finding) && !longFunctions.includes(finding),
  );
  const faults = unknown.map((finding) => `${finding.place} ${finding.rule}: ${finding.message}`);
  if (run.fileCount === 0) faults.push("no file was measured");
  const seen = `${run.fileCount} files, notes: ${describe(longFiles, "files over 200 lines")}, ${describe(longFunctions, "functions over 40")}`;
  return { seen, faults };
}

function describe(findings: readonly LintFinding[], what: string): string {
  if (findings.length === 0) return `0 ${what}`;
  return `${findings.length} ${what} (${findings.map((finding) => finding.place.replace(/:\d+$/, "")).join(", ")})`;
}
