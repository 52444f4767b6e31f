// Invariants 2 and 3 as Temporal tells of them: the runs of a workflow id come one after
// the other, and each has ended in good order. Pure.
import type { Finding } from "./finding.ts";

export interface WorkflowRun {
  readonly workflow_id: string;
  readonly run_id: string;
  readonly status: string;
  readonly started_ms: number;
  readonly closed_ms: number | null;
  /** As the run's search attribute has it; absent of turns that ended well. */
  readonly outcome?: string;
  /** Why it was terminated. */
  readonly reason?: string;
}

const GOOD_ENDS: readonly string[] = ["COMPLETED", "CONTINUED_AS_NEW"];
/** What worker/builds/build-keeper.ts says. Such a run is begun again from the database. */
const BUILD_GONE = /^no worker of build \S+ is left$/;

export function checkRuns(runs: readonly WorkflowRun[]): Finding[] {
  return [...Map.groupBy(runs, (run) => run.workflow_id)].flatMap(([where, own]) => {
    const inOrder = own.toSorted((a, b) => a.started_ms - b.started_ms);
    return inOrder.flatMap((run, at) => [
      ...faultsOfEnd(where, run),
      ...overlaps(where, run, inOrder[at + 1]),
    ]);
  });
}

function faultsOfEnd(where: string, run: WorkflowRun): Finding[] {
  const { run_id, status, closed_ms, outcome, reason = "" } = run;
  if (closed_ms === null) return [{ invariant: 3, kind: "open", where, what: `run ${run_id} is still open` }];
  // A turn that has ended in an error, and says so, fails its run.
  if (GOOD_ENDS.includes(status) || (status === "FAILED" && outcome === "error")) return [];
  if (status === "TERMINATED" && BUILD_GONE.test(reason)) return [];
  const words = reason === "" ? "" : `: ${reason}`;
  return [{ invariant: 3, kind: "wrong", where, what: `run ${run_id} ended as ${status}${words}` }];
}

function overlaps(where: string, run: WorkflowRun, next: WorkflowRun | undefined): Finding[] {
  if (next === undefined || (run.closed_ms !== null && next.started_ms >= run.closed_ms)) return [];
  return [{ invariant: 2, kind: "overlap", where, what: `runs ${run.run_id} and ${next.run_id} overlap` }];
}
