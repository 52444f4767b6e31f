// What was sent to one chat, and what the answers said of it.

/** What became of a message as far as its sender was told. */
export type Fate =
  /** It must stand in the history, once. */
  | "accepted"
  /** It was accepted, then taken out of the queue by us. It must not stand there. */
  | "deleted"
  /** An edit came while it was queued: it was cleared, unless it had been promoted before. */
  | "may-vanish"
  /** It was refused. It must not stand there. */
  | "refused";

export interface LedgerEntry {
  readonly key: string;
  readonly round: number;
  fate: Fate;
  /** Of the message in the history, or of the queued one; null: not known yet. */
  message_id: number | null;
  queued_id: number | null;
}

export interface RoundRecord {
  /** Calls that may end a turn early: interrupts, sends that interrupt, promotions. */
  interrupts: number;
  /** The order of messages was left to itself: they must stand in the order in which they were accepted. */
  readonly isInOrder: boolean;
}

export interface ChatLedger {
  readonly entries: Map<string, LedgerEntry>;
  readonly rounds: RoundRecord[];
  /** Answers that were none of those foreseen. */
  readonly surprises: string[];
}

export function openLedger(): ChatLedger {
  return { entries: new Map(), rounds: [], surprises: [] };
}
