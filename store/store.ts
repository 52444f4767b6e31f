// The store is the only room with SQL. This file: what its functions need beside their arguments.
import type { ChatChanged, ChatDeleted } from "../core/stream/bus-message.ts";
import type { Pool } from "./database.ts";
import type { ModelBook } from "./model/model-book.ts";

export interface Store {
  readonly pool: Pool;
  /** Called after commit, never inside a transaction (a NOTIFY there would serialise all commits). Never throws. */
  readonly announce: (change: ChatChanged | ChatDeleted) => void;
  readonly queuedMessagesMax: number;
  readonly workspacesPerUserMax: number;
  /** What the process keeps of the model configs; absent: the database is asked each time. */
  readonly modelBook?: ModelBook;
  /** What is written of a chat when one of its turns has ended (SPEC M1, M2); absent: nothing. */
  readonly describes?: { readonly titles: boolean; readonly summaries: boolean };
  /** Whether a tool ends the turn when it succeeds (SPEC L5); absent: none does. */
  readonly stopsTurn?: (toolName: string) => boolean;
  /** Whether a tool is there to be asked again and again (SPEC L15); absent: none is. */
  readonly polls?: (toolName: string) => boolean;
  /** Whether outcomes may tell the workflow words and arguments: it keeps them in Temporal's history. */
  readonly tellsWords?: boolean;
}
