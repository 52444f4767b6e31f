// The folder a command runs in. It lies below the root; where the
// command goes from there is the sandbox's business, so a look before the start is enough.
import { realpathSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { AgentError } from "../agent-error.ts";

export interface ProcessFolder {
  /** Real path. */
  readonly path: string;
  /** Relative to the root; `.` is the root. */
  readonly shown: string;
}

/** `root` is a real path. Throws `outside_workspace`. A folder that is not there is not looked for: the start will say so. */
export function processFolder(root: string, wanted: string): ProcessFolder {
  const asked = resolve(root, wanted);
  const real = realPathOf(asked);
  // Without a real path, what was asked for must at least not point outside.
  const shown = relative(root, real ?? asked);
  if (isOutside(shown)) {
    const hint = "Give a folder relative to the workspace.";
    throw new AgentError("outside_workspace", `${wanted} is outside the workspace.`, hint);
  }
  return { path: real ?? asked, shown: shown === "" ? "." : shown };
}

/** Null when there is none. Not awaited: microseconds, where a turn of the thread pool would be the most of a start. */
function realPathOf(path: string): string | null {
  try {
    return realpathSync.native(path);
  } catch {
    return null;
  }
}

function isOutside(path: string): boolean {
  return path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path);
}
