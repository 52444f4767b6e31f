// What a compaction adds to the history: the boundary with its summary for the model, and the call and result that show it
// to people (SPEC K3).

import type { Part } from "../../core/part/part.ts";
import { todosText } from "../../core/plan/todos.ts";
import { insertMessage, type NewMessage } from "../row/messages.ts";
import type { Draft } from "../unit.ts";
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
    await insertMessage(draft, { ...summary, content: withTodos(draft, summary.content), keeps });
    for (const message of shown) await insertMessage(draft, message);
    draft.change.compaction = null;
  });
}

/** The list as it stands now, whatever the summary says of it. */
function withTodos({ before, change: changes }: Draft, content: readonly Part[]): readonly Part[] {
  if (before.todos === null) return content;
  changes.todos = before.todos.items.length === 0 ? null : { ...before.todos, told: true };
  return [...content, { type: "text", text: todosText(before.todos.items) }];
}
