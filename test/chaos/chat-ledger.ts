// What was sent to one chat, and what the answers said of it.
import type { Message } from "../../core/chat/message.ts";

/** What became of a message as far as its sender was told. */
export type Fate =
  /** It must stand in the history, once. */
  | "accepted"
  /** It was accepted, then taken out of the queue or rewritten by us. It must not stand there. */
  | "deleted"
  /** An edit came while it was queued: it was cleared, unless it had been promoted before. */
  | "may-vanish"
  /** It was refused. It must not stand there. */
  | "refused";

export interface LedgerEntry {
  readonly key: string;
  readonly round: number;
  /** It may enter the turn that runs. */
  readonly steers: boolean;
  fate: Fate;
  /** Of the message in the history, or of the queued one; null: not known yet. */
  message_id: number | null;
  queued_id: number | null;
}

export interface RoundRecord {
  /** Calls that may end a turn early: interrupts, sends that interrupt, promotions. */
  interrupts: number;
  /** The order of messages was left to itself: they must stand in the order in which they were accepted, those that steer by themselves. */
  readonly isInOrder: boolean;
  /** Compactions that somebody asked for, and those that a full context asks for. */
  readonly compactions: Record<"manual" | "automatic", number>;
}

/** A copy of the chat, and the one message that it got. */
export interface LedgerFork {
  readonly id: string;
  readonly key: string;
  /** What stood in the source before and after it was copied, as people see it. */
  readonly before: readonly Message[];
  readonly after: readonly Message[];
  /** The last message that it was to have; null: all of it. */
  readonly until: number | null;
  readonly ledger: ChatLedger;
}

/** What was accepted about a call that waited. */
export type LedgerAnswer =
  | { readonly type: "client"; readonly output: string }
  /** With other arguments than the model's: the mark that they leave. */
  | { readonly type: "approved"; readonly mark: string | null }
  | { readonly type: "denied"; readonly reason: string };

export interface ChatLedger {
  readonly entries: Map<string, LedgerEntry>;
  readonly rounds: RoundRecord[];
  readonly forks: LedgerFork[];
  /** By the id of the tool call. */
  readonly answers: Map<string, LedgerAnswer>;
  /** Answers that were none of those foreseen. */
  readonly surprises: string[];
}

export function openLedger(): ChatLedger {
  return { entries: new Map(), rounds: [], forks: [], answers: new Map(), surprises: [] };
}
