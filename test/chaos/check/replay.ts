// Invariant 7: the histories of a run, whatever died in it, replay as they were.
import type { temporal } from "@temporalio/proto";
import { Worker } from "@temporalio/worker";
import { failpointSinks } from "../../../worker/workflow/failpoint-sinks.ts";
import { quietRuntime, testWorkflowBundle } from "../../support/temporal-in-process.ts";
import type { SeededRandom } from "../plan/seeded-random.ts";
import type { World } from "../world.ts";
import type { WorkflowRun } from "./check-runs.ts";
import type { Finding } from "./finding.ts";

/** Of longer runs a sample: a history takes some ten milliseconds to be fetched and replayed. */
const REPLAYS_MAX = 1_000;
const FETCHES_AT_ONCE = 8;

export interface NamedHistory {
  readonly workflowId: string;
  readonly history: temporal.api.history.v1.IHistory;
}

export interface Replayed {
  readonly count: number;
  readonly findings: readonly Finding[];
}

/** The histories of all runs, or of a sample that the seed draws. */
export async function* fetchHistories(
  { client }: World,
  runs: readonly WorkflowRun[],
  random: SeededRandom,
): AsyncGenerator<NamedHistory> {
  const chosen = random.shuffled(runs).slice(0, REPLAYS_MAX);
  for (let at = 0; at < chosen.length; at += FETCHES_AT_ONCE) {
    const some = chosen.slice(at, at + FETCHES_AT_ONCE).map(async ({ workflow_id, run_id }) => {
      const handle = client.workflow.getHandle(workflow_id, run_id);
      return { workflowId: workflow_id, history: await handle.fetchHistory() };
    });
    yield* await Promise.all(some);
  }
}

/** Replays them against the workflows as they are now. */
export async function replayHistories(
  histories: AsyncIterable<NamedHistory> | Iterable<NamedHistory>,
): Promise<Replayed> {
  quietRuntime();
  const workflowBundle = await testWorkflowBundle();
  const options = { workflowBundle, sinks: failpointSinks(() => undefined) };
  const findings: Finding[] = [];
  let count = 0;
  for await (const result of Worker.runReplayHistories(options, histories)) {
    count++;
    if (result.error === undefined) continue;
    const what = `run ${result.runId} replays otherwise: ${result.error.message}`;
    findings.push({ invariant: 7, kind: "undeterministic", where: result.workflowId, what });
  }
  return { count, findings };
}
