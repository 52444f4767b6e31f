// Interrupts the subagents of a chat (SPEC G4), and says what an interrupt does to any chat.
import { tellWorkflow } from "../../outbox/tell-workflow.ts";
import type { ChatRow } from "../../row/chat-row.ts";
import type { Draft, Unit } from "../../unit.ts";
import { settleOpenCalls } from "../settle-calls.ts";
import { transition } from "../transition.ts";

/** What the transition `interrupt` does to a chat that runs or waits for somebody; any other stays as it is. */
export async function stopTurn(draft: Draft): Promise<void> {
  const { status } = draft.before;
  if (status === "running") {
    draft.change.status = "interrupting";
    await tellWorkflow(draft, { kind: "signal", signal: "interrupted" });
  } else if (status === "requires_action") {
    await settleOpenCalls(draft, "The call was cancelled: the user interrupted it.");
    Object.assign(draft.change, { status: "running", required_action: null });
    await tellWorkflow(draft, { kind: "start", signal: "interrupted" });
  }
}

/**
 * Interrupts those that run, in the order of their ids. The parent is locked, so that none is started meanwhile.
 * @param sinceTurn only those that this turn of the parent or a later one has started
 */
export async function interruptAgents(
  unit: Unit,
  { id, has_agents }: Pick<ChatRow, "id" | "has_agents">,
  sinceTurn = 0,
): Promise<void> {
  if (!has_agents) return;
  const { rows } = await unit.tx.query<{ id: string }>(
    `select id from chats where parent_chat_id = $1 and spawned_turn_id >= $2 and status in ('running', 'requires_action')
     order by id for update`,
    [id, sinceTurn],
  );
  for (const agent of rows) await transition(unit, { name: "interrupt", chat_id: agent.id }, stopTurn);
}
