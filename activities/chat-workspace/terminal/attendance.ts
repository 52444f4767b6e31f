// A terminal that one attempt of the activity attends, with all that it takes.
import type { LiveBus } from "../../../core/stream/bus-message.ts";
import type { TerminalEnd } from "../../../core/workspace/terminal.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { HeldTerminal } from "../../../store/workspace/terminal/attend-terminal.ts";
import type { AgentApi } from "../../../workspaces/agent/api.ts";
import type { ChatWorkspacesDeps } from "../chat-workspaces-deps.ts";

export interface AttendTerminalDeps extends Omit<ChatWorkspacesDeps, "shelf"> {
  readonly bus: LiveBus;
  /** Time without use after which a terminal is ended. */
  readonly terminalIdleMs: number;
  readonly logger: Pick<Logger, "error">;
}

export interface Attendance {
  readonly deps: AttendTerminalDeps;
  readonly held: HeldTerminal;
  readonly agent: AgentApi;
  /** Of its process. */
  readonly key: string;
  readonly signal: AbortSignal;
  /** Why it is being ended; null: it is not. */
  ending: Pick<TerminalEnd, "reason" | "message"> | null;
}

/** There is output, or another state. */
export function tellReaders(bus: LiveBus, terminal_id: string): void {
  bus.publish({ type: "terminal", terminal_id, to: "readers" });
}
