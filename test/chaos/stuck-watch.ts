// Invariant 6 while the run goes on: no chat stays busy without an open workflow for more
// than 30 seconds. While Temporal itself is away nobody can tell, and the time begins anew.
import { setTimeout as sleep } from "node:timers/promises";
import { chatWorkflowId } from "../../workflows/contract.ts";
import type { Finding } from "./check/finding.ts";
import type { World } from "./world.ts";

const LOOK_EVERY_MS = 1_000;
const STUCK_AFTER_MS = 30_000;

export interface StuckWatch {
  readonly findings: readonly Finding[];
  /** The longest time that a busy chat was seen without an open run. */
  readonly longest_ms: number;
  stop(): Promise<void>;
}

/** Counts how long chats have been without a run, look by look. Pure. */
export class Absences {
  readonly findings: Finding[] = [];
  longestMs = 0;
  #since = new Map<string, number>();

  /** @param ids of the chats that are busy now and have no open run */
  look(ids: readonly string[], nowMs: number): void {
    const before = this.#since;
    this.#since = new Map(ids.map((id) => [id, before.get(id) ?? nowMs]));
    for (const [where, began] of this.#since) {
      this.longestMs = Math.max(this.longestMs, nowMs - began);
      if (nowMs - began <= STUCK_AFTER_MS) continue;
      // Once for each time.
      this.#since.set(where, Number.POSITIVE_INFINITY);
      this.findings.push({ invariant: 6, kind: "stuck", where, what: "busy without a workflow for 30 s" });
    }
  }

  /** Nobody can tell any more since when. */
  forget(): void {
    this.#since.clear();
  }
}

export function startStuckWatch(world: World): StuckWatch {
  const absences = new Absences();
  const closing = new AbortController();
  const watching = (async () => {
    while (!closing.signal.aborted) {
      try {
        absences.look(await chatsWithoutRun(world), performance.now());
      } catch {
        absences.forget();
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  })();
  return {
    findings: absences.findings,
    get longest_ms() {
      return absences.longestMs;
    },
    async stop() {
      closing.abort();
      await watching;
    },
  };
}

async function chatsWithoutRun({ pool, client }: World): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    "select id from chats where status in ('running', 'interrupting', 'requires_action')",
  );
  const absent: string[] = [];
  for (const { id } of rows) if (!(await hasOpenRun(client, id))) absent.push(id);
  return absent;
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
