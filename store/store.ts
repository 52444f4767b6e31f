// What the store's functions need besides their arguments.
import type { ChatChanged, ChatDeleted } from "../core/stream/bus-message.ts";
import type { Actor } from "./access/audit-log.ts";
import type { Pool } from "./database.ts";
import type { ModelBook } from "./model/model-book.ts";
import type { OutboxRow } from "./outbox/outbox.ts";

export interface Store {
  readonly pool: Pool;
  /** Who acts, for the audit log. If absent, acts are not noted there. */
  readonly actor?: Actor;
  /** Called after the commit, never inside a transaction: a NOTIFY there would serialise all commits. Never throws. */
  readonly announce: (change: ChatChanged | ChatDeleted) => void;
  /** Tells Temporal at once of what was committed; never throws. If absent, whoever ran the unit does, or the relay. */
  readonly deliver?: (rows: readonly OutboxRow[]) => void;
  readonly queuedMessagesMax: number;
  readonly workspacesPerUserMax: number;
  /** The worker that this process is, which attempts and claims name. If absent, it is none. */
  readonly workerId?: string;
  /** The process's cache of model configs. If absent, the database is queried each time. */
  readonly modelBook?: ModelBook;
  /** What is written about a chat when one of its turns ends (SPEC M1, M2). If absent, nothing. */
  readonly describes?: { readonly titles: boolean; readonly summaries: boolean };
  /** Whether a tool ends the turn when it succeeds (SPEC L5). If absent, none does. */
  readonly stopsTurn?: (toolName: string) => boolean;
  /** Whether a tool is meant to be called repeatedly (SPEC L15). If absent, none is. */
  readonly polls?: (toolName: string) => boolean;
  /** What chats without a place of their own have to read, too (SPEC C1, C2). If absent, no chat's context is read. */
  readonly context?: { readonly hasSkills: boolean };
  /** Whether outcomes may contain words and arguments: the workflow keeps them in Temporal's history. */
  readonly tellsWords?: boolean;
}
