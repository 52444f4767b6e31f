// Benchmarks measure what a user sees. This scenario: short turns per second, each watched to its end by a reader.
import { randomUUID } from "node:crypto";
import { now } from "../clock.ts";
import type { Script } from "../demo-client.ts";
import { createChat, type EverturnAddress, sendMessage, watchChat } from "../everturn-client.ts";
import { isRest } from "../frames.ts";
import { row } from "../row.ts";
import type { Scenario } from "../scenario.ts";

const concurrency = 32;
const warmUpMs = 2_000;
const windowMs = 10_000;
const windowQuickMs = 4_000;

export const turnsPerSecond: Scenario = {
  name: "turns-per-second",
  liveBus: "postgres",
  async run({ stack, everturn, isQuick }) {
    const chats = await Promise.all(Array.from({ length: concurrency }, () => openChat(everturn)));
    const forMs = isQuick ? windowQuickMs : windowMs;
    const turns = await rate(forMs, (index) => chats[index]?.turn() ?? Promise.reject(new Error("no chat")));
    for (const chat of chats) chat.close();
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

/** Keeps so many going for the time and counts those that end in it. */
async function rate(forMs: number, once: (index: number) => Promise<void>) {
  const from = now() + warmUpMs;
  const to = from + forMs;
  const durations: number[] = [];
  const keepGoing = async (index: number) => {
    while (now() < to) {
      const begunAt = now();
      await once(index);
      const endedAt = now();
      if (endedAt >= from && endedAt < to) durations.push(endedAt - begunAt);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, (_, index) => keepGoing(index)));
  return { perSecond: durations.length / (forMs / 1_000), durations };
}

function shortAnswer(): Script {
  return { key: randomUUID(), parts: 3, rate: 1_000 };
}

async function openChat(everturn: EverturnAddress) {
  const chat = watchChat(everturn, await createChat(everturn, shortAnswer()));
  await chat.next(isRest);
  return {
    close: () => chat.close(),
    async turn() {
      const rest = chat.next(isRest);
      await sendMessage(everturn, chat.id, shortAnswer());
      await rest;
    },
  };
}
