// The transition `steer`: messages of the queue enter the turn that runs (SPEC Q7).
import { renumberClientMessage } from "../row/client-chats.ts";
import { insertMessage } from "../row/messages.ts";
import { dequeue, readQueue } from "../row/queued-messages.ts";
import { change, type Settling } from "./settling.ts";

/**
 * Takes the queued messages that are marked `steer` into the history of the running turn, in their own order and ahead of the
 * others. Call it where the results of a step's tools have just been committed and the turn goes on: then no call is open,
 * and the next call of the model reads them. A chat with an empty queue costs no query.
 */
export async function steerQueued(settling: Settling): Promise<void> {
  const { unit, chat } = settling;
  if (chat.queue_length === 0) return;
  const steered = (await readQueue(unit.tx, chat.id)).filter(({ steer }) => steer);
  if (steered.length === 0) return;
  await change(settling, "steer", async (draft) => {
    for (const { id, content, created_by, turn_options } of steered) {
      await dequeue(draft, id);
      // The turn keeps its model: what the message wishes holds only where it begins a turn of its own.
      const model = {
        model_config_id: chat.turn_model_config_id,
        reasoning_effort: chat.turn_reasoning_effort,
      };
      const message = await insertMessage(draft, {
        role: "user",
        content,
        created_by,
        turn_options,
        ...model,
      });
      await renumberClientMessage(unit.tx, { chat_id: chat.id, from_id: id, to_id: message.id });
    }
  });
}
