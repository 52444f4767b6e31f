// What a compaction adds to the history: the boundary with its summary for the model, and the call and result that show it
// to people (SPEC K3).
import { insertMessage, type NewMessage } from "../row/messages.ts";
import { change, type Settling } from "./settling.ts";

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

export async function commitCompaction(settling: Settling, compaction: Compaction): Promise<void> {
  const { summary, keeps, shown } = compaction;
  await change(settling, "commit_step", async (draft) => {
    await insertMessage(draft, { ...summary, keeps });
    for (const message of shown) await insertMessage(draft, message);
    draft.change.compaction = null;
  });
}
