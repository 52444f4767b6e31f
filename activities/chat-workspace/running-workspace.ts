// Finds the agent of a workspace's row, or explains why there is none. If the workspace's place is gone, it records that for
// everyone.
import type { ChatRow } from "../../store/row/chat-row.ts";
import { recordWorkspaceGone } from "../../store/workspace/workspace-progress.ts";
import { readWorkspace, touchWorkspace, type WorkspaceRow } from "../../store/workspace/workspaces.ts";
import type { AgentApi } from "../../workspaces/agent/api.ts";
import type { ChatWorkspacesDeps } from "./chat-workspaces-deps.ts";
import type { PatientStore } from "./patient-store.ts";
import { createSteadyAgent } from "./steady-agent.ts";
import { createWorkspaceAgents, type Reached } from "./workspace-agents.ts";
import {
  deadWorkspace,
  deletedWorkspace,
  foreignDriver,
  notRunning,
  silentAgent,
} from "./workspace-words.ts";

/** Uses closer together than this are one: the time-to-live is minutes, and a busy chat calls tools all the time. */
const touchEveryMs = 15_000;
/** Workspaces whose last use is remembered; one that is forgotten is touched once more than needed. */
const touchedMax = 1_000;

/** The database is reached with patience only. */
export interface PlaceDeps extends Omit<ChatWorkspacesDeps, "store"> {
  readonly store: PatientStore;
}

/** One turn of one chat, with all that its calls share. */
export interface ChatPlace {
  readonly deps: PlaceDeps;
  readonly running: RunningWorkspaces;
  readonly chat: ChatRow;
  readonly turn_id: number;
}

export interface RunningWorkspaces {
  /** Throws `ToolError` unless it runs and its agent answers. Counts as use. */
  agentOf(row: WorkspaceRow | null, signal: AbortSignal): Promise<AgentApi>;
  /** Asks a running workspace's agent now. */
  look(row: WorkspaceRow, signal: AbortSignal): Promise<Reached>;
  /** Nothing is left of it: it counts as failed from now on. */
  markDead(row: WorkspaceRow, why: string, signal: AbortSignal): Promise<void>;
  forget(workspaceId: string): void;
}

export function createRunningWorkspaces(deps: Omit<PlaceDeps, "shelf">): RunningWorkspaces {
  const { store, driver, openAgent, teller, shutdown } = deps;
  const nowMs = deps.nowMs ?? (() => performance.now());
  const rowOf = (id: string, signal: AbortSignal) => store.read(signal, (db) => readWorkspace(db, id, null));
  // Several calls may wait for this look, so that none of them ends it.
  const isRunning = async (id: string) => (await rowOf(id, shutdown))?.status === "running";
  const agents = createWorkspaceAgents({ driver, openAgent, isRunning, nowMs });
  const touch = createTouch(store, nowMs);

  const look = async (row: WorkspaceRow, signal: AbortSignal, agedMs?: number): Promise<Reached> => {
    if (row.driver !== driver.name) throw foreignDriver(row, driver.name);
    return agents.reach(row, signal, agedMs);
  };

  const markDead: RunningWorkspaces["markDead"] = async (row, why, signal) => {
    const gone = await store.change(signal, (unit) => recordWorkspaceGone(unit, row, why));
    if (gone !== null && gone.told_version < gone.version) await teller.tell(gone);
  };

  const reach = async (row: WorkspaceRow | null, signal: AbortSignal): Promise<AgentApi> => {
    const running = requireRunning(row);
    const reached = await look(running, signal);
    if (reached.type === "ready") return reached.agent;
    // It may have been stopped or deleted while it was looked for: that is what the model has to know then.
    requireRunning(await rowOf(running.id, signal));
    if (reached.type === "silent") throw silentAgent(running, reached.message);
    await markDead(running, reached.message, signal);
    throw deadWorkspace(running, reached.message);
  };

  return {
    look: (row, signal) => look(row, signal, 0),
    markDead,
    forget: (id) => agents.suspect(id),
    async agentOf(row, signal) {
      const agent = await reach(row, signal);
      const { id } = requireRunning(row);
      await touch(id, signal);
      return createSteadyAgent({
        agent,
        async recover(recovering) {
          agents.suspect(id);
          return reach(await rowOf(id, recovering), recovering);
        },
      });
    },
  };
}

/** Null: it was there and is not any more. */
function requireRunning(row: WorkspaceRow | null): WorkspaceRow {
  if (row === null) throw deletedWorkspace();
  const fault = notRunning(row);
  if (fault !== null) throw fault;
  return row;
}

function createTouch(store: PatientStore, nowMs: () => number) {
  const touched = new Map<string, number>();
  return async (id: string, signal: AbortSignal): Promise<void> => {
    const last = touched.get(id);
    if (last !== undefined && nowMs() - last < touchEveryMs) return;
    await store.read(signal, (db) => touchWorkspace(db, id));
    touched.delete(id);
    touched.set(id, nowMs());
    const [oldest] = touched.keys();
    if (touched.size > touchedMax && oldest !== undefined) touched.delete(oldest);
  };
}
