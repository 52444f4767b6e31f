// oxlint with types: what it finds is a fault, warnings too, and so is having looked at nothing.
import { fileURLToPath } from "node:url";
import type { CheckResult } from "../check.ts";
import { listFiles } from "../source-files.ts";
import { runOxlint } from "./oxlint.ts";

const configuration = fileURLToPath(new URL("../../../.oxlintrc.json", import.meta.url));

/** Lints the tree by the rules of .oxlintrc.json, the hard limits of file and function length among them. */
export async function checkLint(root: string): Promise<CheckResult> {
  const run = await runOxlint(root, ["--type-aware", "-c", configuration]);
  const faults = run.findings.map((finding) => `${finding.place} ${finding.rule}: ${finding.message}`);
  const expected = listFiles(root, "**/*.{ts,tsx}").length;
  // oxlint also takes .mjs files, so it may see more; fewer means that an ignore pattern swallowed source.
  if (run.fileCount === 0 || run.fileCount < expected) {
    faults.push(`oxlint looked at ${run.fileCount} files, but the tree has ${expected} .ts and .tsx files`);
  }
  return { seen: `${run.fileCount} files`, faults };
}
