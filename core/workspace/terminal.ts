// Terminals of workspaces: shells for people, kept by the agent. Their output passes through the database, for only workers reach
// workspaces.

export type TerminalStatus = "opening" | "open" | "closed";

/**
 * `exited`: the shell has ended. `closed`: somebody closed it. `idle`: nobody had used it for long. `workspace_stopped`: the
 * workspace was stopped or deleted. `agent_lost`: the agent died, and the shell with it. `failed`: it could not be opened.
 */
export type TerminalEndReason = "exited" | "closed" | "idle" | "workspace_stopped" | "agent_lost" | "failed";

export interface TerminalEnd {
  readonly reason: TerminalEndReason;
  /** For people. */
  readonly message: string;
  /** Of the shell; null unless it ended by itself. */
  readonly exit_code: number | null;
}

export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

/** On the wire. */
export interface Terminal extends TerminalSize {
  readonly id: string;
  readonly workspace_id: string;
  readonly status: TerminalStatus;
  /** Null while it is not closed. */
  readonly end: TerminalEnd | null;
  readonly created_at: string;
  readonly ended_at: string | null;
  readonly links: { readonly self: string; readonly output: string };
}

/** Also what is told of a terminal whose row went with its workspace. */
export const workspaceDeleted: TerminalEnd = {
  reason: "workspace_stopped",
  message: "The workspace was deleted.",
  exit_code: null,
};

/** Keys of the agent's processes that are terminals begin so: they are people's, not the model's. */
export const terminalProcessPrefix = "terminal.";

export function terminalProcessKey(terminalId: string): string {
  return `${terminalProcessPrefix}${terminalId}`;
}
