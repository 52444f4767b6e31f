// The store is the only room with SQL. This file: the outcome that hands a workflow on to the chat's current turn.
import type { StepOutcome } from "../../core/chat/step-outcome.ts";
import type { Tx } from "../database.ts";
import type { ChatRow } from "../row/chat-row.ts";

type Moved = Pick<ChatRow, "current_turn_id" | "turn_model_config_id" | "title" | "snapshot_version">;

/** Names the turn, and what the next run shows of it in Temporal's Web UI. */
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
