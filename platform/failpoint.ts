// Platform knows the process and its surroundings: named points at which a test lets the process die exactly there.

/** Called with the name of the point that is being passed; does not return if it is the chosen one. */
export type Failpoint = (name: string) => void;

/**
 * Builds the fail point of a process from EVERTURN_FAILPOINT: a name, or `name:N` for the N-th passing (1 is the first).
 * At that passing the process is killed by SIGKILL, so that no handler, finally block or buffer flush runs.
 * Without a setting every point is passed.
 */
export function createFailpoint(setting: string | undefined, die: () => void = killThisProcess): Failpoint {
  if (setting === undefined) return () => {};
  const numbered = /^(.*):(\d+)$/.exec(setting);
  const chosen = numbered?.[1] ?? setting;
  let passingsLeft = Number(numbered?.[2] ?? 1);
  return (name) => {
    if (name !== chosen) return;
    passingsLeft -= 1;
    if (passingsLeft === 0) die();
  };
}

function killThisProcess(): void {
  process.kill(process.pid, "SIGKILL");
  // The signal may be delivered a moment later; nothing after the point may happen in between.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
