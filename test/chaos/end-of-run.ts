// What can only be told when all is over: which runs there were, whether anything changed
// after a chat had come to rest, and whether anything of work in flight is left.
import { SEARCH_ATTRIBUTES } from "../../workflows/contract.ts";
import { checkRuns, type WorkflowRun } from "./check/check-runs.ts";
import type { Finding } from "./check/finding.ts";
import { patiently, type Verified } from "./check/verify-chat.ts";
import type { World } from "./world.ts";

const CLOSE_MS = 30_000;
const LOOK_AGAIN_MS = 250;

/** The runs of all workflows, as soon as those of the chats have ended. */
export async function readRuns({ client }: World): Promise<WorkflowRun[]> {
  const endsAt = performance.now() + CLOSE_MS;
  for (;;) {
    const runs = await listRuns(client);
    const isOpen = runs.some((run) => run.closed_ms === null && isOfChat(run));
    if (!isOpen || performance.now() > endsAt) return Promise.all(runs.map((run) => withReason(client, run)));
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

async function listRuns(client: World["client"]): Promise<WorkflowRun[]> {
  const runs: WorkflowRun[] = [];
  for await (const one of client.workflow.list()) {
    const { workflowId, runId, status, startTime, closeTime, searchAttributes } = one;
    const [outcome] = searchAttributes[SEARCH_ATTRIBUTES.outcome] ?? [];
    runs.push({
      workflow_id: workflowId,
      run_id: runId,
      status: status.name,
      started_ms: startTime.getTime(),
      closed_ms: closeTime?.getTime() ?? null,
      ...(outcome !== undefined && { outcome: String(outcome) }),
    });
  }
  return runs;
}

/** Temporal's list does not say why a run was terminated; its last event does. */
async function withReason(client: World["client"], run: WorkflowRun): Promise<WorkflowRun> {
  if (run.status !== "TERMINATED") return run;
  const { events } = await client.workflow.getHandle(run.workflow_id, run.run_id).fetchHistory();
  const reason = events?.at(-1)?.workflowExecutionTerminatedEventAttributes?.reason;
  return { ...run, ...(reason && { reason }) };
}

function isOfChat({ workflow_id }: WorkflowRun): boolean {
  return workflow_id.startsWith("chat-");
}

/** 2 and 3, for chats: workspaces' workflows stay open as long as there is something to wait for. */
export function checkChatRuns(runs: readonly WorkflowRun[], verified: readonly Verified[]): Finding[] {
  const ofChats = runs.filter(isOfChat);
  const known = new Set(ofChats.map((run) => run.workflow_id));
  const missing = verified
    .map(({ chat_id }) => `chat-${chat_id}`)
    .filter((id) => !known.has(id))
    .map((where): Finding => ({ invariant: 3, kind: "lost", where, what: "no run of it is known" }));
  return [...missing, ...checkRuns(ofChats)];
}

export interface Leftovers {
  readonly chats: readonly {
    readonly id: string;
    readonly status: string;
    readonly history_version: number;
  }[];
  /** Rows of tables that are empty when nothing is in flight. */
  readonly rows: Readonly<Record<string, number>>;
}

export async function readLeftovers({ pool }: World): Promise<Leftovers> {
  const count = async (table: string) => {
    const { rows } = await patiently(() =>
      pool.query<{ count: number }>(`select count(*)::int as count from ${table}`),
    );
    return rows[0]?.count ?? 0;
  };
  const chats = await patiently(() =>
    pool.query<Leftovers["chats"][number]>("select id, status, history_version from chats"),
  );
  const rows = { inflight_parts: await count("inflight_parts"), outbox: await count("outbox") };
  return { chats: chats.rows, rows };
}

/** 1 and 6 once more: a worker that woke late has changed nothing, and nobody waits for anything. Pure. */
export function checkLeftovers({ chats, rows }: Leftovers, verified: readonly Verified[]): Finding[] {
  const now = new Map(chats.map((chat) => [chat.id, chat.history_version]));
  const changed = verified.flatMap(({ chat_id: where, history_version }): Finding[] => {
    const version = now.get(where);
    if (version === history_version) return [];
    const what = `changed after it had come to rest: ${history_version} → ${version ?? "gone"}`;
    return [{ invariant: 1, kind: "wrong", where, what }];
  });
  const busy = chats
    .filter(({ status }) => status !== "waiting" && status !== "error")
    .map(({ id: where, status }): Finding => {
      return { invariant: 6, kind: "stuck", where, what: `is ${status} at the end` };
    });
  const left = Object.entries(rows)
    .filter(([, count]) => count > 0)
    .map(([where, count]): Finding => {
      return { invariant: 6, kind: "stuck", where, what: `${count} rows are left at the end` };
    });
  return [...changed, ...busy, ...left];
}
