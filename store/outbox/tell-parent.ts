// Tells the workflow of a chat that waits for a subagent that the subagent has come to rest, or is gone (SPEC G3, G5).
import type { ChatRow } from "../row/chat-row.ts";
import { addToOutbox, type Unit } from "../unit.ts";

/** Writes a signal if the parent waits; else nobody is woken. Its run looks for itself what has happened. */
export async function tellParent(
  unit: Unit,
  { id, parent_chat_id, owner_id }: Pick<ChatRow, "id" | "parent_chat_id" | "owner_id">,
): Promise<void> {
  if (parent_chat_id === null) return;
  const { rowCount } = await unit.tx.query(
    "select from tool_executions where awaits_chat_id = $1 and finished_at is null limit 1",
    [id],
  );
  if (rowCount === 0) return;
  // Names no turn and no version of the parent, which is not locked here: it only wakes a wait.
  const payload = { owner_id, turn_id: 0, version: 0, title: "", model: "" };
  await addToOutbox(unit, { chat_id: parent_chat_id, kind: "signal", signal: "childSettled", payload });
}
