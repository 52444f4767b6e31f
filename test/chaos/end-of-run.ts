// Chaos runs end in findings. This file: what can only be told when all is over: runs, replays, leftovers, late writes.
import { fileURLToPath } from "node:url";
import type { temporal } from "@temporalio/proto";
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from "@temporalio/worker";
import { failpointSinks } from "../../worker/failpoint-sinks.ts";
import { checkRuns, type WorkflowRun } from "./check-runs.ts";
import type { Finding } from "./finding.ts";
import type { SeededRandom } from "./seeded-random.ts";
import { patiently, type Verified } from "./verify-chat.ts";
import type { World } from "./world.ts";

/** Of longer runs a sample: a history takes some ten milliseconds to be fetched and replayed. */
const REPLAYS_MAX = 1_000;
const CLOSE_MS = 30_000;
const FETCHES_AT_ONCE = 8;

const quiet = new DefaultLogger("ERROR");

/** The runs of all workflows, as soon as those of the chats have ended. */
export async function readRuns({ client }: World): Promise<WorkflowRun[]> {
  const endsAt = performance.now() + CLOSE_MS;
  for (;;) {
    const runs = await listRuns(client);
    const isOpen = runs.some((run) => run.closed_ms === null && run.workflow_id.startsWith("chat-"));
    if (!isOpen || performance.now() > endsAt) return runs;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function listRuns(client: World["client"]): Promise<WorkflowRun[]> {
  const runs: WorkflowRun[] = [];
  for await (const { workflowId, runId, status, startTime, closeTime } of client.workflow.list()) {
    runs.push({
      workflow_id: workflowId,
      run_id: runId,
      status: status.name,
      started_ms: startTime.getTime(),
      closed_ms: closeTime?.getTime() ?? null,
    });
  }
  return runs;
}

/** 2 and 3, for chats: workspaces' workflows stay open as long as there is something to wait for. */
export function checkChatRuns(runs: readonly WorkflowRun[], verified: readonly Verified[]): Finding[] {
  const ofChats = runs.filter((run) => run.workflow_id.startsWith("chat-"));
  const known = new Set(ofChats.map((run) => run.workflow_id));
  const missing = verified
    .map(({ chat_id }) => `chat-${chat_id}`)
    .filter((id) => !known.has(id))
    .map((where): Finding => ({ invariant: 3, kind: "lost", where, what: "no run of it is known" }));
  return [...missing, ...checkRuns(ofChats)];
}

type History = temporal.api.history.v1.IHistory;

export interface Replayed {
  readonly count: number;
  readonly findings: readonly Finding[];
}

/** 7: replays the histories of all runs, or of a sample, against the workflows as they are now. */
export async function replayRuns(
  { client }: World,
  runs: readonly WorkflowRun[],
  random: SeededRandom,
): Promise<Replayed> {
  Runtime.install({ logger: quiet });
  const workflowsPath = fileURLToPath(new URL("../../workflows/index.ts", import.meta.url));
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: quiet });
  const chosen = random.shuffled(runs).slice(0, REPLAYS_MAX);
  const findings: Finding[] = [];
  let count = 0;
  const sinks = failpointSinks(() => undefined);
  const histories = fetchHistories(client, chosen);
  for await (const result of Worker.runReplayHistories({ workflowBundle, sinks }, histories)) {
    count++;
    if (result.error === undefined) continue;
    const what = `run ${result.runId} replays otherwise: ${result.error.message}`;
    findings.push({ invariant: 7, kind: "undeterministic", where: result.workflowId, what });
  }
  return { count, findings };
}

async function* fetchHistories(
  client: World["client"],
  runs: readonly WorkflowRun[],
): AsyncGenerator<{ workflowId: string; history: History }> {
  for (let at = 0; at < runs.length; at += FETCHES_AT_ONCE) {
    const some = runs.slice(at, at + FETCHES_AT_ONCE).map(async ({ workflow_id, run_id }) => {
      const handle = client.workflow.getHandle(workflow_id, run_id);
      return { workflowId: workflow_id, history: await handle.fetchHistory() };
    });
    yield* await Promise.all(some);
  }
}

/** Nothing changed after a chat was verified, and nothing of work in flight is left. */
export async function checkLeftovers({ pool }: World, verified: readonly Verified[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  const { rows: chats } = await patiently(() =>
    pool.query<{ id: string; status: string; history_version: number }>(
      "select id, status, history_version from chats",
    ),
  );
  const now = new Map(chats.map((chat) => [chat.id, chat]));
  for (const { chat_id: where, history_version } of verified) {
    const version = now.get(where)?.history_version;
    if (version !== history_version)
      findings.push({
        invariant: 1,
        kind: "wrong",
        where,
        what: `changed at rest: ${history_version} → ${version}`,
      });
  }
  for (const { id: where, status } of chats) {
    if (status === "running" || status === "interrupting")
      findings.push({ invariant: 6, kind: "stuck", where, what: `is ${status} at the end` });
  }
  for (const table of ["inflight_parts", "outbox"]) {
    const { rows } = await patiently(() =>
      pool.query<{ count: number }>(`select count(*)::int as count from ${table}`),
    );
    const count = rows[0]?.count ?? 0;
    if (count > 0)
      findings.push({ invariant: 6, kind: "stuck", where: table, what: `${count} rows are left` });
  }
  return findings;
}
