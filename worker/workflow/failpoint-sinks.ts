// Passes points in workflow code to the process's fail point.
import type { InjectedSinks } from "@temporalio/worker";
import type { Failpoint } from "../../platform/failpoint.ts";
import type { FailpointSinks } from "../../workflows/failpoint-sinks.ts";

export function failpointSinks(failpoint: Failpoint): InjectedSinks<FailpointSinks> {
  // Not during replay: a worker that takes over a run passes only what is still to happen.
  return { failpoint: { pass: { fn: (_info, name) => failpoint(name), callDuringReplay: false } } };
}
