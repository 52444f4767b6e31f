// The store is the only room with SQL. This file: what its functions need beside their arguments.
import type { ChatChanged, ChatDeleted } from "../core/bus-message.ts";
import type { Pool } from "./database.ts";

export interface Store {
  readonly pool: Pool;
  /** Called after commit, never inside a transaction (a NOTIFY there would serialise all commits). Never throws. */
  readonly announce: (change: ChatChanged | ChatDeleted) => void;
  readonly queuedMessagesMax: number;
  /** Whether a tool ends the turn when it succeeds (SPEC L5); absent: none does. */
  readonly stopsTurn?: (toolName: string) => boolean;
}
