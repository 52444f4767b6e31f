// Tests: a run that calls one activity until that ends well, as a script of how its tries end.
import type { WorkflowHandle } from "@temporalio/client";
import type { TestTemporal } from "../turn/workflow-run.ts";

export interface TriesShape {
  /** What the tries end with, in their order; null: well. */
  readonly tries: readonly (Error | null)[];
  /** Status of the run at its end. */
  readonly ends: "COMPLETED" | "FAILED";
}

export interface TriedRun {
  readonly handle: WorkflowHandle;
  /** What the run is about. */
  readonly id: string;
  /** What the activity was called for. */
  readonly calls: readonly string[];
}

interface TriedInput {
  readonly shape: TriesShape;
  readonly id: string;
  readonly workflow: string;
  readonly workflowId: string;
  readonly input: object;
  /** The queue beside the turns' own on which the activity runs. */
  readonly side: "terminals" | "tools";
  /** The activity that `tried` stands for: to be told what it is called for. */
  readonly activities: (tried: (id: string) => void) => object;
}

/** Runs the workflow as the API does. */
export async function playTries(temporal: TestTemporal, play: TriedInput): Promise<TriedRun> {
  const { shape, id, workflow, workflowId, input, side } = play;
  const calls: string[] = [];
  const tries = [...shape.tries];
  const activities = play.activities((calledFor) => {
    calls.push(calledFor);
    const end = tries.shift();
    if (end === undefined) throw new Error("the activity was called once more than the script has");
    if (end !== null) throw end;
  });
  const workers = await temporal.scripted(activities, [side]);
  workers.play(workflowId, activities);
  const handle = await temporal.client.workflow.start(workflow, {
    workflowId,
    taskQueue: workers.taskQueue,
    args: [input],
    workflowTaskTimeout: "10 s",
  });
  await handle.result().catch((error: unknown) => {
    if (shape.ends === "COMPLETED") throw error;
  });
  return { handle, id, calls };
}
