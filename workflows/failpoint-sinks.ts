// Workflows are deterministic. This file: the named points of the turn's own code. A workflow cannot end its process, so it
// tells the worker that it passes one; the worker hears of it before Temporal hears of anything the same task decided.
import type { Sinks } from "@temporalio/workflow";

export interface FailpointSinks extends Sinks {
  failpoint: {
    pass(name: string): void;
  };
}
