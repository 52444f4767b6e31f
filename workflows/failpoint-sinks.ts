// Named points in workflow code. A workflow cannot end its process, so it tells the worker that it passes a point. The worker
// is told before Temporal is told of anything that the same task decided.
import type { Sinks } from "@temporalio/workflow";

export interface FailpointSinks extends Sinks {
  failpoint: {
    pass(name: string): void;
  };
}
