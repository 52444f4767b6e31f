// Runs an installed command line tool and collects what it prints; a tool that cannot start is an error, not a clean result.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface ToolOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where this project's own tools are installed, whichever folder is being checked. */
const toolFolder = fileURLToPath(new URL("../../node_modules/.bin/", import.meta.url));

/** Runs `name` from node_modules/.bin in `root`. Throws when it cannot be started or is killed by a signal. */
export function runTool(root: string, name: string, args: readonly string[]): Promise<ToolOutput> {
  return new Promise((resolve, reject) => {
    const child = spawn(toolFolder + name, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (exitCode, signal) => {
      if (exitCode === null) reject(new Error(`${name} was ended by ${signal ?? "a signal"}`));
      else resolve({ exitCode, stdout, stderr });
    });
  });
}

/** Reads the JSON a tool printed; anything else it printed instead becomes the error's text. */
export function parseToolJson<Json>(name: string, output: ToolOutput): Json {
  try {
    return JSON.parse(output.stdout) as Json;
  } catch {
    throw new Error(`${name} printed no JSON: ${(output.stderr || output.stdout).trim().slice(0, 500)}`);
  }
}
