// The folder that a command starts in. It must lie below the root. The sandbox limits where the command goes from there, so one
// check before the start is enough.
import { realpathSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { AgentError } from "../agent-error.ts";

export interface ProcessFolder {
  /** Real path. */
  readonly path: string;
  /** Relative to the root; `.` is the root. */
  readonly shown: string;
}

/** `root` is a real path. Throws `outside_workspace`. A missing folder is no error here: the start reports it. */
export function processFolder(root: string, wanted: string): ProcessFolder {
  const asked = resolve(root, wanted);
  const real = realPathOf(asked);
  // If there is no real path, the given one must at least not point outside.
  const shown = relative(root, real ?? asked);
  if (isOutside(shown)) {
    const hint = "Give a folder relative to the workspace.";
    throw new AgentError("outside_workspace", `${wanted} is outside the workspace.`, hint);
  }
  return { path: real ?? asked, shown: shown === "" ? "." : shown };
}

/** Null when there is none. Synchronous, because it takes microseconds and the thread pool would take longer. */
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
