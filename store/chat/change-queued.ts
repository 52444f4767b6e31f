// The transitions that change only the queue (SPEC Q9).

import { Refusal } from "../../core/chat/refusal.ts";
import type { InputPart } from "../../core/part/part.ts";
import { attachFiles } from "../file/attach-files.ts";
import {
  dequeue,
  type QueuedRow,
  readQueue,
  reorderQueue,
  updateQueuedContent,
} from "../row/queued-messages.ts";
import { transition } from "../turn/transition.ts";
import type { Unit } from "../unit.ts";

export interface ChangeQueuedInput {
  readonly chat_id: string;
  readonly owner_id: string | null;
  readonly queued_message_id: number;
  readonly content?: readonly InputPart[] | undefined;
  /** Place in the queue from 1. A number beyond the end means last. */
  readonly position?: number | undefined;
}

type QueuedId = Pick<ChangeQueuedInput, "chat_id" | "owner_id" | "queued_message_id">;

/** Rewrites or moves a queued message. Throws `Refusal` `queued_message_not_found`. */
export async function changeQueued(unit: Unit, input: ChangeQueuedInput): Promise<QueuedRow> {
  const name = input.content !== undefined ? "edit_queued" : "reorder_queued";
  return transition(unit, begin(name, input), async (draft) => {
    const queue = await readQueue(unit.tx, input.chat_id);
    const row = queue.find(({ id }) => id === input.queued_message_id);
    if (row === undefined) throw new Refusal("queued_message_not_found");
    if (input.content !== undefined) {
      const content = await attachFiles(draft, input.content, { replaces: [row.id] });
      await updateQueuedContent(draft, row, content);
    }
    if (input.position !== undefined) {
      const others = queue.map((row) => row.id).filter((id) => id !== input.queued_message_id);
      others.splice(Math.max(0, input.position - 1), 0, input.queued_message_id);
      await reorderQueue(draft, others);
    }
    const changed = await readQueue(unit.tx, input.chat_id);
    return changed.find((row) => row.id === input.queued_message_id) as QueuedRow;
  });
}

/** Takes a message out of the queue for good. Throws `Refusal` `queued_message_not_found`. */
export async function deleteQueued(unit: Unit, input: QueuedId): Promise<void> {
  await transition(unit, begin("delete_queued", input), async (draft) => {
    const row = await dequeue(draft, input.queued_message_id);
    if (row === null) throw new Refusal("queued_message_not_found");
  });
}

/** The table refuses this for an empty queue. For the caller, the message simply does not exist. */
function begin(name: "edit_queued" | "reorder_queued" | "delete_queued", { chat_id, owner_id }: QueuedId) {
  return { name, chat_id, owner_id, refusal: "queued_message_not_found" } as const;
}
