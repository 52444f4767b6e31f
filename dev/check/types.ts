// tsc over the whole tree, without emitting: Node strips types at run time and checks nothing itself.
import type { CheckResult } from "./check.ts";
import { runTool } from "./run-tool.ts";
import { listFiles } from "./source-files.ts";

/** Runs the compiler with the tree's tsconfig.json. */
export async function checkTypes(root: string): Promise<CheckResult> {
  const output = await runTool(root, "tsc", ["--noEmit", "--pretty", "false", "-p", "."]);
  const lines = `${output.stdout}\n${output.stderr}`.split("\n").filter((line) => line.trim() !== "");
  const faults = lines.map(faultLine);
  if (output.exitCode !== 0 && faults.length === 0)
    faults.push(`tsc ended with ${output.exitCode} and no message`);
  return { seen: `${listFiles(root, "**/*.ts").length} files`, faults };
}

/** "a.ts(3,5): error TS2322: …" → "a.ts:3:5 TS2322: …"; continuation lines stay as they are. */
function faultLine(line: string): string {
  return line.replace(/^(\S+)\((\d+),(\d+)\): error /, "$1:$2:$3 ");
}
