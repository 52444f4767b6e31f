// A turn as people see it in a list, and how it stands.
import type { WantedCompaction } from "./compaction.ts";
import type { ChatStatus, FinishReason, LastError, Usage } from "./message.ts";

export const TURN_STATUSES = [
  "running",
  "interrupting",
  "requires_action",
  "completed",
  "interrupted",
  "error",
] as const;
export type TurnStatus = (typeof TURN_STATUSES)[number];

export interface Turn {
  /** Id of the user message that began it. */
  readonly id: number;
  readonly status: TurnStatus;
  readonly started_at: string;
  /** Null while it runs. */
  readonly finished_at: string | null;
  /** Answers of the model. */
  readonly steps: number;
  /** Of all its answers that were kept; null if no provider reported any. */
  readonly usage: Usage | null;
  /** Of the same; null if none has a price. */
  readonly cost_micros: number | null;
  readonly last_error: LastError | null;
  readonly links: { readonly temporal: string | null };
}

export interface TurnStanding {
  readonly id: number;
  /** Written when it ended otherwise than well; null: it ended well, runs, or is older than such notes. */
  readonly ended: "interrupted" | "error" | null;
  /** Of its newest answer. */
  readonly finish_reason: FinishReason | null;
}

export interface ChatStanding {
  readonly status: ChatStatus;
  readonly current_turn_id: number | null;
  readonly compaction: WantedCompaction | null;
}

export function turnStatus(turn: TurnStanding, chat: ChatStanding): TurnStatus {
  if (isUnderWay(turn, chat)) return chat.status;
  if (turn.ended !== null) return turn.ended;
  // Of before such notes were written, or by a worker of that version.
  const { finish_reason } = turn;
  return finish_reason === "error" || finish_reason === "interrupted" ? finish_reason : "completed";
}

/** A chat that is compacted on request is busy, but its newest turn is over. */
function isUnderWay<Chat extends ChatStanding>(
  turn: TurnStanding,
  chat: Chat,
): chat is Chat & { readonly status: Exclude<ChatStatus, "waiting" | "error"> } {
  if (chat.current_turn_id !== turn.id || chat.compaction?.source === "manual") return false;
  return chat.status !== "waiting" && chat.status !== "error";
}
