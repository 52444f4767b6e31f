// Changes that a tool call makes once, however often it runs: what it did is written with it, in its transaction.
import type { JsonObject } from "../../../core/part/part.ts";
import type { ChatRow } from "../../row/chat-row.ts";
import { lockInUnit, type Unit } from "../../unit.ts";

export interface CallRef {
  readonly chat_id: string;
  readonly turn_id: number;
  readonly tool_call_id: string;
}

/** The call's turn has ended, was interrupted or was cut: the call changes nothing any more. */
export class CallOver extends Error {
  constructor() {
    super("the turn of this call has ended");
    this.name = "CallOver";
  }
}

/** What an agent asks of its subagents cannot be; in words for the model. */
export class AgentRefused extends Error {
  readonly hint: string;
  constructor(message: string, hint: string) {
    super(message);
    this.name = "AgentRefused";
    this.hint = hint;
  }
}

/** Whether the turn of a call still runs. */
export function isTurnOpen({ status, current_turn_id }: ChatRow, turnId: number): boolean {
  return current_turn_id === turnId && (status === "running" || status === "requires_action");
}

/** Runs `work` under the lock of the call's chat, or returns what an earlier run of the call gave. Throws `CallOver`. */
export async function onceForCall(
  unit: Unit,
  { chat_id, turn_id, tool_call_id }: CallRef,
  work: (chat: ChatRow) => Promise<JsonObject>,
): Promise<JsonObject> {
  const chat = await lockInUnit(unit, chat_id);
  if (chat === null || !isTurnOpen(chat, turn_id)) throw new CallOver();
  const { rows } = await unit.tx.query<{ effect: JsonObject | null }>(
    "select effect from tool_executions where chat_id = $1 and tool_call_id = $2 and finished_at is null for update",
    [chat_id, tool_call_id],
  );
  const [claimed] = rows;
  if (claimed === undefined) throw new CallOver();
  if (claimed.effect !== null) return claimed.effect;
  const effect = await work(chat);
  await unit.tx.query("update tool_executions set effect = $3 where chat_id = $1 and tool_call_id = $2", [
    chat_id,
    tool_call_id,
    JSON.stringify(effect),
  ]);
  return effect;
}
