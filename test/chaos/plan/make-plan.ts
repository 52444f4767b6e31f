// Makes the whole plan of a chaos run from a seed and a number of turns. Pure.
import { drawChat } from "./draw-chat.ts";
import { drawFaults } from "./draw-faults.ts";
import { type ChaosPlan, type ChatPlan, messagesOf } from "./plan.ts";
import { createRandom } from "./seeded-random.ts";

/** @param turns at least so many messages are sent that are not taken out of the queue again */
export function makePlan(seed: number, turns: number): ChaosPlan {
  const random = createRandom(seed);
  const chats: ChatPlan[] = [];
  let planned = 0;
  while (planned < turns) {
    const name = `c${chats.length + 1}`;
    const chat = drawChat(random.fork(name), name);
    chats.push(chat);
    planned += turnsOf(chat);
  }
  return { seed, turns, chats, faults: drawFaults(random.fork("faults"), planned) };
}

function turnsOf({ rounds }: ChatPlan): number {
  const deletions = rounds.flatMap(({ moves }) =>
    moves.filter(({ type }) => type === "delete" || type === "rewrite"),
  );
  return messagesOf(rounds).length - deletions.length;
}
