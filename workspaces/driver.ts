// The port of drivers. A driver makes the place that a workspace runs in; the agent does everything inside it.
// Each step is idempotent by workspace id: if a worker dies in one, another worker does it again.
import type { Duplex } from "node:stream";
import type { WorkspacePlan } from "../core/workspace/workspace-plan.ts";

export type { WorkspacePlan } from "../core/workspace/workspace-plan.ts";

export type WorkspaceErrorCode =
  /** The sandbox (or the engine) is not there: nothing may be run (SPEC W10). */
  | "sandbox_missing"
  /** No such workspace in this driver: never provisioned, or destroyed. */
  | "workspace_missing"
  /** The image is not there and cannot be pulled. */
  | "image_missing"
  /** The agent does not start; the message has the end of its log. */
  | "agent_failed"
  | "driver_failed";

/** An expected failure of a driver. People and models read the message. */
export class WorkspaceError extends Error {
  readonly code: WorkspaceErrorCode;
  constructor(code: WorkspaceErrorCode, message: string) {
    super(message);
    this.name = "WorkspaceError";
    this.code = code;
  }
}

/** Where the agent of a workspace answers, and the token that both sides prove to know. */
export type AgentAddress =
  | { readonly kind: "unix"; readonly path: string; readonly token: string }
  /** `open` gives a new connection; throws an AgentError. */
  | { readonly kind: "stream"; readonly token: string; open(): Promise<Duplex> };

export interface DriverStep {
  readonly signal: AbortSignal;
  /** A line of the build log. */
  log(line: string): void;
}

/** Something a driver keeps under a workspace's id. */
export interface FoundPlace {
  readonly workspace_id: string;
  /** `ours` has this deployment's id, `others` that of another; `unmarked` was made before places had one. */
  readonly owner: "ours" | "others" | "unmarked";
  /** When it was put into quarantine; null: it is where it belongs. */
  readonly quarantined_at: Date | null;
}

/**
 * What happens to places that the database does not know. Nothing of another deployment is ever touched, and only what is
 * marked as ours is removed.
 */
export interface PlaceKeeping {
  survey(): Promise<readonly FoundPlace[]>;
  /** Marks a place as this deployment's. Only for places whose workspace its database knows. */
  adopt(workspaceId: string): Promise<void>;
  /**
   * Sets a place of ours aside, so that it can be brought back. Resolves with where it is now; null when it was left alone:
   * something runs in it, or it is gone, or not ours.
   */
  quarantine(workspaceId: string): Promise<string | null>;
  /** Brings a place back from quarantine. */
  release(workspaceId: string): Promise<void>;
  /** Removes what has been in quarantine since before `before`. Resolves with whether it did. */
  discard(workspaceId: string, before: Date): Promise<boolean>;
}

export interface WorkspaceDriver {
  readonly name: "local" | "docker";
  /** Resolves when workspaces can be run here, with warnings to be shown at start. Throws `sandbox_missing` with what to do. */
  probe(): Promise<readonly string[]>;
  /** Makes the place and puts the template's files into it, once. What a killed predecessor left half is done again. */
  provision(workspaceId: string, plan: WorkspacePlan, step: DriverStep): Promise<void>;
  /**
   * Where the agent is; starts it when it does not run (after a stop, a crash, a reboot). One attempt: returns when the agent
   * answers, throws `agent_failed` when it does not within 5 s, `workspace_missing` when there is nothing to start.
   */
  connect(workspaceId: string, plan: WorkspacePlan, signal: AbortSignal): Promise<AgentAddress>;
  /** Ends the agent and all processes; files stay. */
  stop(workspaceId: string): Promise<void>;
  /** Removes everything of the workspace. Resolves when there is nothing (any more). */
  destroy(workspaceId: string): Promise<void>;
  /** Ids of the workspaces that the driver has a place of, without those of other deployments and those in quarantine. */
  list(): Promise<readonly string[]>;
  readonly keeping: PlaceKeeping;
}
