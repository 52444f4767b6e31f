// What is known of a chat while its plan is drawn, and the moves that every kind of round is made of.
import { shortMessage } from "./draw-message.ts";
import type { BusyBehavior, Ground, MessagePlan, Move } from "./plan.ts";
import type { SeededRandom } from "./seeded-random.ts";

export interface ChatDraft {
  readonly random: SeededRandom;
  readonly name: string;
  readonly ground: Ground;
  readonly mcp: boolean;
  /** First messages of rounds so far that stand in the history: those that can be edited. */
  editable: string[];
  messages: number;
}

export type Draw = (random: SeededRandom, key: string) => MessagePlan;
export type Send = Extract<Move, { type: "send" }>;

export function nextKey(draft: ChatDraft): string {
  draft.messages++;
  return `${draft.name}-m${draft.messages}`;
}

export function send(message: MessagePlan, busy: BusyBehavior = "queue"): Send {
  return { type: "send", message, busy };
}

/** The message that begins a round: the chat rests, so it enters the history at once. */
export function opening(draft: ChatDraft, draw: Draw): Send {
  const message = draw(draft.random, nextKey(draft));
  draft.editable.push(message.key);
  return send(message);
}

export function short(draft: ChatDraft): MessagePlan {
  return shortMessage(draft.random, nextKey(draft));
}

export function someShort(draft: ChatDraft, count: number): MessagePlan[] {
  return Array.from({ length: count }, () => short(draft));
}

export function keyOf(move: Send): string {
  return move.message.key;
}

export function untilBegun(random: SeededRandom, key: string, most: number): Move {
  return { type: "await-parts", key, count: random.int(1, most) };
}

/** The message and all that came after it go; its place is taken. */
export function edit(draft: ChatDraft, target: string): Move {
  const message = short(draft);
  draft.editable = [...draft.editable.slice(0, draft.editable.indexOf(target)), message.key];
  return { type: "edit", target, message };
}
