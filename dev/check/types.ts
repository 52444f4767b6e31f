// tsc over the whole tree, without emitting: Node strips types at run time and checks nothing itself.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CheckResult } from "./check.ts";
import { runTool } from "./run-tool.ts";
import { listFiles } from "./source-files.ts";

/** Runs the compiler with the tree's tsconfig.json. */
export async function checkTypes(root: string): Promise<CheckResult> {
  // The console is for browsers, so it has a project of its own.
  const projects = [".", ...(existsSync(join(root, "console", "tsconfig.json")) ? ["console"] : [])];
  const faults = await Promise.all(projects.map((project) => checkProject(root, project)));
  return { seen: `${listFiles(root, "**/*.{ts,tsx}").length} files`, faults: faults.flat() };
}

async function checkProject(root: string, project: string): Promise<string[]> {
  const output = await runTool(root, "tsc", ["--noEmit", "--pretty", "false", "-p", project]);
  const lines = `${output.stdout}\n${output.stderr}`.split("\n").filter((line) => line.trim() !== "");
  const faults = lines.map(faultLine);
  if (output.exitCode !== 0 && faults.length === 0)
    faults.push(`tsc -p ${project} ended with ${output.exitCode} and no message`);
  return faults;
}

/** "a.ts(3,5): error TS2322: …" → "a.ts:3:5 TS2322: …"; continuation lines stay as they are. */
function faultLine(line: string): string {
  return line.replace(/^(\S+)\((\d+),(\d+)\): error /, "$1:$2:$3 ");
}
