// What tools can do with the workspace of their chat. The activities implement it with the store and the drivers.
import type { Template, TemplateFault } from "../../core/workspace/template.ts";
import type { AgentApi } from "../../workspaces/agent/api.ts";

/** What `create_workspace` and `start_workspace` answer (API.md, SPEC W2, W3). */
export interface WorkspaceReport {
  readonly workspace_id: string;
  readonly name: string;
  readonly status: string;
  readonly agent_status: string;
  readonly agent_error: string | null;
  readonly build_id: string;
  /** Whether this call created it. */
  readonly created: boolean;
  /** What happened, in words: reused, started, replaced, built. */
  readonly message: string;
}

export interface BuildWatch {
  /** Stopped: see `ToolContext.signal`. */
  readonly signal: AbortSignal;
  /** Shows readers the build's log as it grows. */
  readonly emit: (text: string) => void;
}

/** The workspace of one chat, for one tool call. Expected failures are thrown as `ToolError`. */
export interface ChatWorkspace {
  /**
   * Its agent, after a check that it answers. This counts as use and keeps the workspace alive. Throws `ToolError` if there is no workspace (and
   * names create_workspace), if it is stopped (and names start_workspace, SPEC W9), being built, failed or deleted, or if its agent is silent.
   */
  agent(signal: AbortSignal): Promise<AgentApi>;
  templates(): Promise<{
    readonly templates: readonly Template[];
    readonly faults: readonly TemplateFault[];
  }>;
  template(name: string): Promise<{
    readonly template: Template | null;
    readonly faults: readonly TemplateFault[];
    readonly readme: string | null;
  } | null>;
  /** Creates, joins, starts or reuses a workspace, and follows the build's log until it ends (SPEC W2 to W4). */
  create(
    args: {
      readonly template: string;
      readonly name?: string;
      readonly parameters?: Readonly<Record<string, unknown>>;
    },
    watch: BuildWatch,
  ): Promise<WorkspaceReport>;
  start(watch: BuildWatch): Promise<WorkspaceReport>;
  stop(
    watch: BuildWatch,
  ): Promise<{ readonly workspace_id: string; readonly name: string; readonly status: string }>;
  /** Cancels the build that this turn began, if there is one. For a call that was interrupted while its worker was dead. */
  abandon(): Promise<void>;
}
