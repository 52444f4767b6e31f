// Named points in the code at which a test kills or freezes the process.
import { readFileSync } from "node:fs";

/** Called with the name of the point that is being passed. At the chosen one the process dies, or stops for a while. */
export type Failpoint = (name: string) => void;

/** What happens at the chosen point; tests of this file put their own in. */
export interface FailpointActs {
  readonly die: () => void;
  readonly freeze: () => void;
}

/** Before the path of a file that holds the setting. */
const IN_FILE = "file:";
const SETTING = /^(freeze:)?(.*?)(?::(\d+))?$/;

/**
 * Builds the fail point of a process from EVERTURN_FAILPOINT: a name, or `name:N` for the N-th passing (1 is the first).
 * At that passing the process is killed by SIGKILL, so that no handler, finally block or buffer flush runs. With
 * `freeze:` before the name the process stops there by SIGSTOP instead, and goes on when somebody sends it SIGCONT.
 * `file:` and a path: the file holds the setting and is read at each point, so that a test can choose the point while the
 * process runs. Without a setting, and without the file, every point is passed.
 */
export function createFailpoint(
  setting: string | undefined,
  acts: FailpointActs = { die: killThisProcess, freeze: freezeThisProcess },
): Failpoint {
  if (setting === undefined) return () => {};
  if (setting.startsWith(IN_FILE)) return createFailpointInFile(setting.slice(IN_FILE.length), acts);
  const [, freezes, chosen, passing] = SETTING.exec(setting) ?? [];
  let passingsLeft = Number(passing ?? 1);
  return (name) => {
    if (name !== chosen) return;
    passingsLeft -= 1;
    if (passingsLeft !== 0) return;
    if (freezes === undefined) acts.die();
    else acts.freeze();
  };
}

/** Counts passings from the first point after the file's text has changed. */
function createFailpointInFile(file: string, acts: FailpointActs): Failpoint {
  let known: string | undefined;
  let failpoint = createFailpoint(known);
  return (name) => {
    const setting = readIfThere(file);
    if (setting !== known) failpoint = createFailpoint(setting, acts);
    known = setting;
    failpoint(name);
  };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function killThisProcess(): void {
  process.kill(process.pid, "SIGKILL");
  // The signal may be delivered a moment later; nothing after the point may happen in between.
  blockThisThread();
}

/** Long enough for the signal to arrive; the rest of it passes after the process goes on. */
const FREEZE_MS = 100;

function freezeThisProcess(): void {
  process.kill(process.pid, "SIGSTOP");
  blockThisThread(FREEZE_MS);
}

function blockThisThread(ms?: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
