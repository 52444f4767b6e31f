// The store is the only room with SQL. This file: the commit of a compaction: the boundary with its summary for the model,
// and the call and result that show it to people, in one transaction (SPEC K3).
import type { StepOutcome } from "../../core/chat/step-outcome.ts";
import { insertMessage, type NewMessage } from "../row/messages.ts";
import type { Unit } from "../unit.ts";
import { followUp, notRunning, type OwnAttempt, unkept } from "./commit-step.ts";
import { finishInterruption, finishTurn } from "./finish-turn.ts";
import { transition } from "./transition.ts";

export interface Compaction {
  /** What prompts begin with from now on; carries the model call. */
  readonly summary: NewMessage;
  /** User messages that follow the boundary word for word. */
  readonly keeps: readonly number[];
  /** The call and its result, as people see them. */
  readonly shown: readonly [NewMessage, NewMessage];
  /** What was asked for is done; else the turn goes on with its next call. */
  readonly endsTurn: boolean;
}

/** Commits a compaction and says what follows. Throws `Superseded` when the attempt is not the chat's own any more. */
export async function commitCompaction(
  unit: Unit,
  { key, fence }: OwnAttempt,
  compaction: Compaction,
): Promise<StepOutcome> {
  const { summary, keeps, shown, endsTurn } = compaction;
  const found = await notRunning(unit, key);
  // What came first wins; of the summary only the bill stays.
  const dropped = { ...summary, content: [] };
  if (found?.type === "interrupting") return finishInterruption(unit, { key, fence, answer: dropped });
  if (found !== null) return unkept(unit, key, { found, answer: dropped });
  await transition(unit, { name: "commit_step", chat_id: key.chat_id, fence }, async (draft) => {
    await insertMessage(draft, { ...summary, keeps });
    for (const message of shown) await insertMessage(draft, message);
    draft.change.compaction = null;
  });
  return endsTurn ? finishTurn(unit, { key }, "stop") : followUp(unit, key);
}
