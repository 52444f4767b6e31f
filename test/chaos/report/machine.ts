// The commit and the machine of a chaos run.
import { execFile } from "node:child_process";
import { availableParallelism, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const BYTES_PER_GIB = 2 ** 30;

/** The short hash, with a plus when files have changed since; "unknown" outside a repository. */
export async function readCommit(): Promise<string> {
  const cwd = fileURLToPath(new URL("../../..", import.meta.url));
  const git = async (...args: string[]) => (await promisify(execFile)("git", args, { cwd })).stdout.trim();
  try {
    const changed = await git("status", "--porcelain");
    return `${await git("rev-parse", "--short", "HEAD")}${changed === "" ? "" : "+"}`;
  } catch {
    return "unknown";
  }
}

export function describeMachine(): string {
  const memory = Math.round(totalmem() / BYTES_PER_GIB);
  return `${availableParallelism()} cores, ${memory} GiB, ${process.platform}, Node ${process.versions.node}`;
}
