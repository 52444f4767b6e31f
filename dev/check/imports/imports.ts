// The table of rooms and the absence of cycles, checked over the whole tree.
import type { CheckResult } from "../check.ts";
import { listFiles } from "../source-files.ts";
import { readImportGraph } from "./import-graph.ts";
import { judgeImport } from "./import-rules.ts";

/** Reads the imports of every .ts and .tsx file and judges each; a file that was not parsed is a fault. */
export async function checkImports(root: string): Promise<CheckResult> {
  const files = listFiles(root, "**/*.{ts,tsx}");
  const graph = await readImportGraph(root, files);
  const faults = files.filter((file) => !graph.files.includes(file)).map((file) => `${file} was not parsed`);
  // Two imports a file is what any real tree has; none at all means that the parser is not at work.
  if (graph.edges.length === 0) faults.push(`no import was seen in ${files.length} files`);
  for (const edge of graph.edges) {
    const complaint = judgeImport(edge);
    if (complaint !== null) faults.push(`${edge.from} ${complaint}`);
  }
  for (const cycle of graph.cycles)
    faults.push(`${cycle[0] ?? "?"} is in a cycle: ${[...cycle, cycle[0]].join(" → ")}`);
  return {
    seen: `${graph.files.length} modules, ${graph.edges.length} imports`,
    faults: [...new Set(faults)],
  };
}
