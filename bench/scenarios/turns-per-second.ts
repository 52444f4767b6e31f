// Scenario: short turns per second, each watched to its end by a reader.
import { randomUUID } from "node:crypto";
import type { Script } from "../clients/demo-client.ts";
import {
  createChat,
  type EverturnAddress,
  sendMessage,
  type WatchedChat,
  watchChat,
} from "../clients/everturn-client.ts";
import { isRest } from "../clients/frames.ts";
import { now } from "../clock.ts";
import { row } from "../row.ts";
import type { Scenario } from "../scenario.ts";

export const concurrency = 32;
/** More chats than turns at a time: a run ends a moment after its chat has come to rest, and people take longer still. */
export const chatsPerTurn = 3;
const warmUpMs = 1_500;
const windowMs = 10_000;
const windowQuickMs = 3_000;

export const turnsPerSecond: Scenario = {
  name: "turns-per-second",
  liveBus: "postgres",
  async run({ stack, everturn, isQuick }) {
    const rested: WatchedChat[] = [];
    for (let i = 0; i < chatsPerTurn; i++) {
      rested.push(...(await Promise.all(Array.from({ length: concurrency }, () => openChat(everturn)))));
    }
    const forMs = isQuick ? windowQuickMs : windowMs;
    const turns = await rate(forMs, async () => {
      const chat = rested.shift();
      if (chat === undefined) throw new Error("more turns at a time than chats");
      await turn(everturn, chat);
      rested.push(chat);
    });
    for (const chat of rested) chat.close();
    const floor = await rate(forMs, () => stack.bare.untilDone());
    return [
      row(`turns, ${concurrency} at a time`, [turns.perSecond], {
        unit: "turns/s",
        floor: [floor.perSecond],
      }),
      row(`a turn's duration, ${concurrency} at a time`, turns.durations, { floor: floor.durations }),
    ];
  },
};

/** Keeps this many running for the time, and counts those that end in it. */
export async function rate(forMs: number, once: () => Promise<void>) {
  const from = now() + warmUpMs;
  const to = from + forMs;
  const durations: number[] = [];
  const keepGoing = async () => {
    while (now() < to) {
      const begunAt = now();
      await once();
      const endedAt = now();
      if (endedAt >= from && endedAt < to) durations.push(endedAt - begunAt);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, keepGoing));
  return { perSecond: durations.length / (forMs / 1_000), durations };
}

function shortAnswer(): Script {
  return { key: randomUUID(), parts: 3, rate: 1_000 };
}

export async function openChat(everturn: EverturnAddress): Promise<WatchedChat> {
  const chat = watchChat(everturn, await createChat(everturn, shortAnswer()));
  await chat.next(isRest);
  return chat;
}

export async function turn(everturn: EverturnAddress, chat: WatchedChat): Promise<void> {
  const rest = chat.next(isRest);
  await sendMessage(everturn, chat.id, shortAnswer());
  await rest;
}
