// Named points at which a test can kill the process.

/** Called with the name of the point. Does not return if it is the chosen one. */
export type Failpoint = (name: string) => void;

/**
 * Creates a process's fail point from EVERTURN_FAILPOINT: a name, or `name:N` for the N-th time (1 is the first). Then
 * SIGKILL ends the process, so that no handler, finally block or buffer flush runs. Without a setting, nothing happens.
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
  // The signal may arrive a moment later. Nothing after the point may happen in between.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
