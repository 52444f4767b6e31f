// Reads who imports whom, by dependency-cruiser with swc as its parser (TypeScript 7 has no compiler API to parse with).
import {
  cruise,
  type DependencyType,
  type ICruiseResult,
  type IDependency,
  type IForbiddenRuleType,
} from "dependency-cruiser";
import type { ImportEdge } from "./import-rules.ts";

export interface ImportGraph {
  /** Files of the tree that were parsed. Without a working parser the cruise silently sees none. */
  readonly files: readonly string[];
  readonly edges: readonly ImportEdge[];
  /** Each as the files it runs through. Imports of types count as well: a reader has to follow them. */
  readonly cycles: readonly (readonly string[])[];
}

const typeOnlyKinds: DependencyType[] = ["type-only", "type-import"];

const noCycle: IForbiddenRuleType = {
  name: "no-cycle",
  severity: "error",
  from: {},
  to: { circular: true },
};

/** Cruises the named files of the tree at `root` (paths relative to it). */
export async function readImportGraph(root: string, files: readonly string[]): Promise<ImportGraph> {
  const reply = await cruise([...files], {
    baseDir: root,
    parser: "swc",
    tsPreCompilationDeps: true,
    validate: true,
    ruleSet: { forbidden: [noCycle] },
    doNotFollow: { path: "node_modules" },
  });
  // Without an output type the reply is the result object itself.
  const result = reply.output as ICruiseResult;
  const known = new Set(files);
  const parsed = result.modules.filter((module) => known.has(module.source));
  return {
    files: parsed.map((module) => module.source),
    edges: parsed.flatMap((module) =>
      module.dependencies.map((dependency) => toEdge(module.source, dependency)),
    ),
    cycles: distinctCycles(result),
  };
}

function toEdge(from: string, dependency: IDependency): ImportEdge {
  const isFile = dependency.dependencyTypes.includes("local");
  return {
    from,
    to: isFile ? dependency.resolved : packageName(dependency.module),
    kind: isFile ? "file" : "package",
    typeOnly: typeOnlyKinds.some((kind) => dependency.dependencyTypes.includes(kind)),
  };
}

/** "openai/resources/chat" → "openai", "@temporalio/client/lib/x" → "@temporalio/client". */
function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** One cycle is reported once for each of its members: keep one, begun at its first file by name. */
function distinctCycles(result: ICruiseResult): string[][] {
  const cycles = new Map<string, string[]>();
  for (const violation of result.summary.violations) {
    const names = (violation.cycle ?? []).map((step) => step.name);
    if (names.length === 0) continue;
    const start = names.indexOf(names.toSorted()[0] ?? "");
    const turned = [...names.slice(start), ...names.slice(0, start)];
    cycles.set(turned.join(" "), turned);
  }
  return [...cycles.values()];
}
