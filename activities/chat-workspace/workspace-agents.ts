// The agents that this worker talks to. It asks the driver once for an agent's address and keeps it. When an agent falls
// silent, it asks again, which also revives an agent that died.

import { raced } from "../../platform/raced.ts";
import type { WorkspaceRow } from "../../store/workspace/workspaces.ts";
import { type AgentApi, AgentError } from "../../workspaces/agent/api.ts";
import { type AgentAddress, type WorkspaceDriver, WorkspaceError } from "../../workspaces/driver.ts";

/** How long an agent counts as there since it answered last: a call that finds it gone looks again by itself. */
const checkedForMs = 30_000;
/** The ping of an agent that was there before (SPEC W3). */
const pingMs = 5_000;
/** The driver's one attempt takes 5 s, and some for starting the daemon. */
const connectMaxMs = 15_000;
/** Agents remembered; the least recently used ones are asked for again. */
const agentsMax = 1_000;

export type Reached =
  | { readonly type: "ready"; readonly agent: AgentApi }
  /** The driver has nothing of this workspace: it is dead. */
  | { readonly type: "missing"; readonly message: string }
  /** It does not answer, and could not be started. */
  | { readonly type: "silent"; readonly message: string };

export interface WorkspaceAgentsDeps {
  readonly driver: WorkspaceDriver;
  readonly openAgent: (address: AgentAddress) => AgentApi;
  /** Whether the workspace is still meant to run: asked after an agent was started, perhaps just as somebody stopped it. */
  readonly isRunning: (workspaceId: string) => Promise<boolean>;
  readonly nowMs?: () => number;
}

type Place = Pick<WorkspaceRow, "id" | "plan" | "build_id">;

export interface WorkspaceAgents {
  /**
   * The agent of a running workspace; it has answered within `agedMs` (absent: half a minute). Rejects only with the signal's
   * reason, or when the database is away.
   */
  reach(place: Place, signal: AbortSignal, agedMs?: number): Promise<Reached>;
  /** Somebody found the agent gone: the next one to reach for it asks the driver. */
  suspect(workspaceId: string): void;
}

interface Known {
  readonly agent: AgentApi;
  /** A start gives the agent another address. */
  readonly build_id: string;
  checked_ms: number;
}

export function createWorkspaceAgents(deps: WorkspaceAgentsDeps): WorkspaceAgents {
  const nowMs = deps.nowMs ?? (() => performance.now());
  const known = new Map<string, Known>();
  const looking = new Map<string, Promise<Reached>>();

  const remember = (place: Place, agent: AgentApi): void => {
    known.delete(place.id);
    known.set(place.id, { agent, build_id: place.build_id, checked_ms: nowMs() });
    const [oldest] = known.keys();
    if (known.size > agentsMax && oldest !== undefined) known.delete(oldest);
  };

  const look = async (place: Place): Promise<Reached> => {
    const before = known.get(place.id);
    if (before?.build_id === place.build_id && (await answers(before.agent))) {
      remember(place, before.agent);
      return { type: "ready", agent: before.agent };
    }
    known.delete(place.id);
    const reached = await connect(deps, place);
    if (reached.type === "ready") remember(place, reached.agent);
    return reached;
  };

  return {
    async reach(place, signal, agedMs = checkedForMs) {
      const fresh = known.get(place.id);
      if (fresh?.build_id === place.build_id && nowMs() - fresh.checked_ms < agedMs) {
        return { type: "ready", agent: fresh.agent };
      }
      // Those who ask at once share one look: an agent is started once.
      let shared = looking.get(place.id);
      if (shared === undefined) {
        shared = look(place).finally(() => looking.delete(place.id));
        looking.set(place.id, shared);
      }
      return raced(shared, signal);
    },
    suspect(workspaceId) {
      known.delete(workspaceId);
    },
  };
}

async function answers(agent: AgentApi): Promise<boolean> {
  try {
    await agent.health(AbortSignal.timeout(pingMs));
    return true;
  } catch {
    return false;
  }
}

async function connect(deps: WorkspaceAgentsDeps, place: Place): Promise<Reached> {
  const { driver, openAgent } = deps;
  try {
    const address = await driver.connect(place.id, place.plan, AbortSignal.timeout(connectMaxMs));
    if (await deps.isRunning(place.id)) return { type: "ready", agent: openAgent(address) };
  } catch (error) {
    if (error instanceof WorkspaceError) {
      return { type: error.code === "workspace_missing" ? "missing" : "silent", message: error.message };
    }
    if (error instanceof AgentError) return { type: "silent", message: error.message };
    if (isTimeout(error)) return { type: "silent", message: "it did not come up in time" };
    throw error;
  }
  // Stopped between the look at its row and the start of its agent: what was just started is not wanted.
  await driver.stop(place.id).catch(() => undefined);
  return { type: "silent", message: "the workspace was stopped" };
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}
