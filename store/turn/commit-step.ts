// What a running step adds to the history: an answer of the model, or the results of its tool calls.
import type { MessageRow, NewMessage } from "../row/messages.ts";
import { settleOpenCalls } from "./settle-calls.ts";
import { change, insertAnswer, type Settling } from "./settling.ts";

export async function commitAnswer(settling: Settling, answer: NewMessage): Promise<MessageRow> {
  return change(settling, "commit_step", async (draft) => {
    draft.change.turn_steps = draft.before.turn_steps + 1;
    return insertAnswer(settling, draft, answer);
  });
}

/** One message with the results of all open calls, those that gave none included. */
export async function commitToolResults(settling: Settling): Promise<void> {
  await change(settling, "commit_step", (draft) =>
    settleOpenCalls(draft, "The tool gave no result: its worker was lost too often."),
  );
}
