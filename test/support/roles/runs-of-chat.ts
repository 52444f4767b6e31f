// Tests: what the runs of a chat tell of the builds that they met.
import type { Client } from "@temporalio/client";
import proto from "@temporalio/proto";
import { chatWorkflowId } from "../../../workflows/contract.ts";

const { WorkflowTaskFailedCause } = proto.temporal.api.enums.v1;
/** A signal came as the run ended, or the run was terminated while a worker had its task: nothing was wrong with the task. */
const NO_FAULTS: readonly string[] = [
  "WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND",
  "WORKFLOW_TASK_FAILED_CAUSE_FORCE_CLOSE_COMMAND",
];

export interface RunOfChat {
  readonly run_id: string;
  /** Its status, or what a completed run says of itself. */
  readonly end: string;
  /** Builds whose workflow code ran it. */
  readonly builds: readonly string[];
  /** Why workflow tasks failed. */
  readonly broken: readonly string[];
}

export async function readRunsOf(client: Client, chatId: string): Promise<RunOfChat[]> {
  const runs: RunOfChat[] = [];
  const workflowId = chatWorkflowId(chatId);
  for await (const { runId, status } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    const handle = client.workflow.getHandle(workflowId, runId, { followRuns: false });
    const { events } = await handle.fetchHistory();
    const told =
      status.name === "COMPLETED" ? (((await handle.result()) as { status?: string }).status ?? "") : "";
    const builds = (events ?? []).flatMap(({ workflowTaskCompletedEventAttributes: done }) => {
      const build = done?.deploymentVersion?.buildId ?? "";
      return build === "" ? [] : [build];
    });
    const broken = (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) => {
      const cause = failed == null ? undefined : WorkflowTaskFailedCause[failed.cause ?? 0];
      if (cause === undefined || NO_FAULTS.includes(cause)) return [];
      return [`${cause}: ${failed?.failure?.message ?? "no words"}`];
    });
    runs.push({
      run_id: runId,
      end: told === "handed over" ? told : status.name,
      builds: [...new Set(builds)],
      broken,
    });
  }
  return runs;
}
