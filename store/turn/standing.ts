// Where a chat stands when a step of its turn begins or ends, and whether the attempt that asks still owns it.
import type { OutcomeKey, StepOutcome } from "../../core/chat/step-outcome.ts";
import { prepared, type Tx } from "../database.ts";
import type { ChatRow } from "../row/chat-row.ts";
import type { Store } from "../store.ts";
import { type Fence, lockInUnit, type Unit } from "../unit.ts";

/**
 * An attempt of a local activity, which claims nothing in the database before it commits. It is overtaken when the turn
 * has since begun or committed something that Temporal scheduled later.
 */
export interface ScheduledAt {
  /** By Temporal's clock, milliseconds since the epoch. */
  readonly scheduled_ms: number;
}

/** The fence of a chat as it stands. */
export function fenceOf(chat: ChatRow): Fence {
  const { history_version, generation_attempt } = chat;
  return { turn_id: chat.current_turn_id ?? 0, history_version, generation_attempt };
}

export function isOvertaken(chat: ChatRow, fence: Fence | ScheduledAt): boolean {
  return "scheduled_ms" in fence ? fence.scheduled_ms < chat.attempt_scheduled_ms : isFenced(chat, fence);
}

type FencedRow = Pick<ChatRow, "current_turn_id" | "history_version" | "generation_attempt">;

function isFenced(chat: FencedRow, fence: Fence): boolean {
  return (
    chat.current_turn_id !== fence.turn_id ||
    chat.history_version !== fence.history_version ||
    chat.generation_attempt !== fence.generation_attempt
  );
}

export type Standing =
  /** The activity's turn is the chat's own, and runs, is to stop, or waits for somebody. */
  | { readonly type: "running" | "interrupting" | "awaiting"; readonly chat: ChatRow }
  /** There is nothing to do for this activity but to return `outcome`. Null: the chat is deleted. */
  | { readonly type: "elsewhere"; readonly chat: ChatRow | null; readonly outcome: StepOutcome };

/** Locks the chat and looks where it stands for the activity of this key. */
export async function readStanding(unit: Unit, key: OutcomeKey): Promise<Standing> {
  // The lock first: a twin of this activity may be committing the very outcome that is looked for.
  const chat = await lockInUnit(unit, key.chat_id);
  if (chat === null) return { type: "elsewhere", chat, outcome: DELETED };
  // A worker that dies between commit and completion, or a local activity that runs twice, returns the same again.
  const isOwn = chat.outcome_run_id === key.run_id && chat.outcome_activity_id === key.activity_id;
  if (isOwn && chat.outcome !== null) return { type: "elsewhere", chat, outcome: chat.outcome };
  const { status, snapshot_version } = chat;
  if (status !== "running" && status !== "interrupting" && status !== "requires_action") {
    return { type: "elsewhere", chat, outcome: { type: "ended", status, snapshot_version } };
  }
  if (chat.current_turn_id !== key.turn_id) {
    return { type: "elsewhere", chat, outcome: await movedTo(unit.tx, chat) };
  }
  return { type: status === "requires_action" ? "awaiting" : status, chat };
}

const DELETED: StepOutcome = {
  type: "ended",
  status: "deleted",
  snapshot_version: Number.MAX_SAFE_INTEGER,
};

type Moved = Pick<ChatRow, "current_turn_id" | "turn_model_config_id" | "title" | "snapshot_version">;

/** Hands the workflow on to the chat's current turn, with what the next run shows of it in Temporal's Web UI. */
export async function movedTo(tx: Tx, chat: Moved): Promise<StepOutcome> {
  const { rows } = await tx.query<{ model: string }>("select model from model_configs where id = $1", [
    chat.turn_model_config_id,
  ]);
  return {
    type: "moved",
    turn_id: chat.current_turn_id ?? 0,
    model: rows[0]?.model ?? "",
    title: chat.title,
    snapshot_version: chat.snapshot_version,
  };
}

/** Whether an attempt still owns its chat. Read at each checkpoint; one cheap select. */
export async function attemptStanding(
  store: Store,
  chatId: string,
  fence: Fence,
): Promise<"running" | "interrupting" | "superseded"> {
  const { rows } = await store.pool.query<FencedRow & Pick<ChatRow, "status">>(
    prepared(`select status, current_turn_id, history_version, generation_attempt from chats where id = $1`, [
      chatId,
    ]),
  );
  const [chat] = rows;
  if (chat === undefined || isFenced(chat, fence)) return "superseded";
  // Approved calls run while others of their step still wait.
  if (chat.status === "requires_action") return "running";
  return chat.status === "running" || chat.status === "interrupting" ? chat.status : "superseded";
}
