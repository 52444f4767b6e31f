// Workspaces and their builds, as the API shows them.
import type { JsonObject } from "../part/part.ts";

export type WorkspaceStatus = "building" | "running" | "stopping" | "stopped" | "failed" | "deleting";
/** `none`: not looked for (being created, or stopped). `not_ready`: it did not answer in time (SPEC W3). */
export type AgentStatus = "none" | "connecting" | "ready" | "not_ready";
export type BuildKind = "create" | "start";
export type BuildStatus = "queued" | "running" | "succeeded" | "failed" | "cancelled";
/** The wanted state of a workspace. The workflow works towards it. */
export type WorkspaceWish = "running" | "stopped" | "deleted";

export interface WorkspaceLinks {
  readonly self: string;
  /** Of the newest build. */
  readonly logs: string;
  readonly temporal: string | null;
}

export interface Build {
  readonly id: string;
  readonly kind: BuildKind;
  readonly status: BuildStatus;
  readonly error: string | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
}

/** On the wire. */
export interface Workspace {
  readonly id: string;
  readonly owner_id: string;
  readonly name: string;
  readonly template: string;
  readonly parameters: JsonObject;
  readonly driver: string;
  readonly status: WorkspaceStatus;
  readonly agent_status: AgentStatus;
  readonly agent_error: string | null;
  /** Why the newest build failed, or null. */
  readonly error: string | null;
  readonly build: Build;
  readonly ttl_ms: number | null;
  readonly last_active_at: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly links: WorkspaceLinks;
}
