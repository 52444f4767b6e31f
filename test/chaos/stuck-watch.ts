// Chaos runs end in findings. This file: invariant 6 while the run goes on: no chat stays busy without an open workflow for more
// than 30 seconds. While Temporal itself is away nobody can tell, and the time begins anew.
import { setTimeout as sleep } from "node:timers/promises";
import { chatWorkflowId } from "../../workflows/contract.ts";
import type { Finding } from "./finding.ts";
import type { World } from "./world.ts";

const LOOK_EVERY_MS = 1_000;
const STUCK_AFTER_MS = 30_000;

export interface StuckWatch {
  readonly findings: readonly Finding[];
  /** The longest time that a busy chat was seen without an open run. */
  readonly longest_ms: number;
  stop(): Promise<void>;
}

export function startStuckWatch({ pool, client }: World): StuckWatch {
  const findings: Finding[] = [];
  const closing = new AbortController();
  const since = new Map<string, number>();
  let longest_ms = 0;
  const look = async () => {
    const { rows } = await pool.query<{ id: string }>(
      "select id from chats where status in ('running', 'interrupting')",
    );
    const now = performance.now();
    const ids = new Set(rows.map(({ id }) => id));
    for (const id of since.keys()) if (!ids.has(id)) since.delete(id);
    for (const id of ids) {
      if (await hasOpenRun(client, id)) {
        since.delete(id);
        continue;
      }
      const began = since.get(id) ?? now;
      since.set(id, began);
      longest_ms = Math.max(longest_ms, now - began);
      if (now - began < STUCK_AFTER_MS) continue;
      since.delete(id);
      findings.push({ invariant: 6, kind: "stuck", where: id, what: "busy without a workflow for 30 s" });
    }
  };
  const watching = (async () => {
    while (!closing.signal.aborted) {
      await look().catch(() => since.clear());
      await sleep(LOOK_EVERY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  })();
  return {
    findings,
    get longest_ms() {
      return longest_ms;
    },
    async stop() {
      closing.abort();
      await watching;
    },
  };
}

async function hasOpenRun(client: World["client"], chatId: string): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(chatWorkflowId(chatId)).describe();
    return status.name === "RUNNING";
  } catch (error) {
    if (error instanceof Error && error.name === "WorkflowNotFoundError") return false;
    throw error;
  }
}
