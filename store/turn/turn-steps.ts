// Reads the newest steps of a turn, to end a turn that repeats itself.
import {
  type Brake,
  type CalledStep,
  canBrake,
  cutStepsMax,
  decideBrake,
  repeatsMax,
} from "../../core/chat/turn-brake.ts";
import { prepared, type Tx } from "../database.ts";
import type { ChatRow } from "../row/chat-row.ts";
import type { MessageRow } from "../row/messages.ts";
import type { Unit } from "../unit.ts";

type StepMessage = Pick<MessageRow, "role" | "content" | "finish_reason" | "usage">;

/** The steps of the chat's turn before the message of this id, newest first. What only people see is none. */
export async function readStepsBefore(
  tx: Tx,
  chat: Pick<ChatRow, "id" | "current_turn_id">,
  { before_id, steps }: { readonly before_id: number; readonly steps: number },
): Promise<readonly CalledStep[]> {
  const { rows } = await tx.query<StepMessage>(
    prepared(
      `select role, content, finish_reason, usage from messages where chat_id = $1 and id between $2 and $3 - 1
       and turn_id = $2 and deleted_at is null and visibility = 'both' and role in ('assistant', 'tool')
       order by id desc limit $4`,
      [chat.id, chat.current_turn_id, before_id, 2 * steps],
    ),
  );
  return stepsOf(rows);
}

/** Answers with the results that follow them. @param messages newest first */
function stepsOf(messages: readonly StepMessage[]): readonly CalledStep[] {
  return messages.flatMap((message, place) => {
    const results = messages[place - 1];
    return message.role === "assistant" && results?.role === "tool"
      ? [{ answer: message, results: results.content }]
      : [];
  });
}

/** What ends the turn now that its newest step has its results. @param tail the newest answer and what follows it */
export async function readBrake(
  unit: Unit,
  chat: ChatRow,
  tail: readonly MessageRow[],
): Promise<Brake | null> {
  const [answer] = tail;
  const newest = stepsOf(tail.toReversed())[0];
  if (answer?.turn_id !== chat.current_turn_id || newest === undefined || !canBrake(newest)) return null;
  const steps = Math.max(repeatsMax, cutStepsMax) - 1;
  const earlier = await readStepsBefore(unit.tx, chat, { before_id: answer.id, steps });
  return decideBrake([newest, ...earlier], polls(unit));
}

/** Whether a tool is there to be asked again and again. */
export function polls(unit: Unit): (tool: string) => boolean {
  return unit.store.polls ?? (() => false);
}
