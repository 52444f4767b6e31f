// What the code of chats' workspaces depends on.
import type { TemplateShelf } from "../../core/workspace/template.ts";
import type { Store } from "../../store/store.ts";
import type { WorkspaceRow } from "../../store/workspace/workspaces.ts";
import type { AgentApi } from "../../workspaces/agent/api.ts";
import type { AgentAddress, WorkspaceDriver } from "../../workspaces/driver.ts";

export interface ChatWorkspacesDeps {
  readonly store: Store;
  readonly driver: WorkspaceDriver;
  readonly openAgent: (address: AgentAddress) => AgentApi;
  readonly shelf: TemplateShelf;
  /** Tells the workspace's workflow of a changed row; never throws. */
  readonly teller: { tell(workspace: WorkspaceRow): Promise<void> };
  /** Aborted when this worker ends. */
  readonly shutdown: AbortSignal;
  /** How often a build or a stop is looked at. */
  readonly pollMs?: number;
  /** A clock that only goes forward. */
  readonly nowMs?: () => number;
}

/** Readers follow the log of a build by it; SPEC W3 asks for 2 s at most. */
export const pollDefaultMs = 250;
