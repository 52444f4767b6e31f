// knip: files, exports and dependencies that nothing uses, and imports of packages that package.json does not name.
import type { CheckResult } from "./check.ts";
import { parseToolJson, runTool } from "./run-tool.ts";

interface KnipItem {
  readonly name: string;
  readonly line?: number;
}

interface KnipReport {
  readonly issues: readonly ({ readonly file: string } & Readonly<Record<string, unknown>>)[];
}

/** What knip calls each list, and what it means in a sentence. */
const meanings: Readonly<Record<string, string>> = {
  files: "is used by nothing",
  exports: "is exported but not used elsewhere",
  types: "is an exported type not used elsewhere",
  nsExports: "is exported but not used elsewhere",
  nsTypes: "is an exported type not used elsewhere",
  duplicates: "is exported under two names",
  dependencies: "is a dependency that nothing imports",
  devDependencies: "is a devDependency that nothing uses",
  optionalPeerDependencies: "is an optional peer that is imported",
  unlisted: "is imported but not in package.json",
  binaries: "is a command that no dependency provides",
  unresolved: "is an import that leads nowhere",
  catalog: "is an unused catalog entry",
};

/** Runs knip with the tree's knip.json. */
export async function checkUnused(root: string): Promise<CheckResult> {
  const output = await runTool(root, "knip", ["--reporter", "json", "--no-progress"]);
  const report = parseToolJson<KnipReport>("knip", output);
  const faults = report.issues.flatMap((issue) =>
    Object.entries(issue).flatMap(([kind, items]) =>
      Array.isArray(items) ? describe(issue.file, kind, items) : [],
    ),
  );
  if (output.exitCode !== 0 && faults.length === 0) {
    faults.push(`knip ended with ${output.exitCode}: ${output.stderr.trim().slice(0, 300)}`);
  }
  return { seen: "whole tree", faults };
}

function describe(file: string, kind: string, items: readonly (KnipItem | readonly KnipItem[])[]): string[] {
  const meaning = meanings[kind] ?? `(${kind})`;
  return items.flat().map((item) => {
    if (kind === "files") return `${file} ${meaning}`;
    return `${file}${item.line === undefined ? "" : `:${item.line}`} ${item.name} ${meaning}`;
  });
}
