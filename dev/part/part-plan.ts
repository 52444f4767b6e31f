// Dev holds the embedded stack: what a part is, as data; `part.ts` runs it.
import type { Leash } from "./leash.ts";

/** How one child is started, known to be ready, and asked to stop. */
export interface PartPlan {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  /** What it writes is for its own user's eyes alone (umask 077). */
  readonly hasPrivateFiles?: boolean;
  /** The signal that asks this program to stop in good order. */
  readonly stopSignal: NodeJS.Signals;
  /** After this time a stop becomes SIGKILL. */
  readonly graceMs: number;
  readonly readyWithinMs: number;
  /** Ready by a line on stdout that contains this … */
  readonly readyLine?: string;
  /** … or by a probe that resolves once the part answers; rejections are tried again. */
  readonly probe?: () => Promise<void>;
  /** Variables a restarted child does not get: a fail point would kill it at the same place for ever. */
  readonly onlyFirstStart?: readonly string[];
}

export interface PartSurroundings {
  readonly leash: Leash;
  readonly logFolder: string;
  readonly onChange?: ((event: PartEvent) => void) | undefined;
  /** Ends a part that is still coming up. */
  readonly signal?: AbortSignal;
}

export interface PartEvent {
  readonly name: string;
  readonly what: "started" | "died" | "ready";
  readonly pid: number | undefined;
  readonly detail: string;
}

export interface Part {
  readonly name: string;
  /** Undefined between death and restart. */
  pid(): number | undefined;
  /** Asks the child to stop, kills it after its grace time, and resolves when it is gone. Idempotent. */
  stop(): Promise<void>;
}
