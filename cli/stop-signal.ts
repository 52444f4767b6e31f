// Tells a process that it should stop.

/** Resolves at the first SIGINT, SIGTERM or SIGHUP. Later ones change nothing, because the process is already stopping. */
export function whenAskedToStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve(signal));
  });
}
