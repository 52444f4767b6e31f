// The command line composes: how a process learns that it should stop.

/** Resolves at the first SIGINT, SIGTERM or SIGHUP; later ones change nothing, since stopping in order is under way. */
export function whenAskedToStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve(signal));
  });
}
