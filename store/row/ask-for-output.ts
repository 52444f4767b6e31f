// Asks the model again, where the turn's last answer is to be JSON of a schema and does not fit (SPEC C12).
import { askForOutputAgain, outputAsksMax } from "../../core/output/structured-output.ts";
import type { Draft } from "../unit.ts";
import { insertMessage, type MessageRow, type NewMessage } from "./messages.ts";

/**
 * Inserts a message that only the model sees, in the transaction that commits the answer. Empty: the answer fits, or the model was
 * asked often enough. Costs a query only where the answer does not fit.
 */
export async function askForOutput(draft: Draft, { structured_output }: NewMessage): Promise<MessageRow[]> {
  const text = structured_output === undefined ? null : askForOutputAgain(structured_output);
  if (text === null) return [];
  const { rows } = await draft.unit.tx.query<{ misfits: number }>(
    `select count(*)::int as misfits from messages where chat_id = $1 and turn_id = $2 and deleted_at is null
     and structured_output is not null`,
    [draft.before.id, draft.before.current_turn_id],
  );
  if ((rows[0]?.misfits ?? 0) > outputAsksMax) return [];
  const content = [{ type: "text" as const, text }];
  return [await insertMessage(draft, { role: "user", visibility: "model", content })];
}
