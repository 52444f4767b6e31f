// Scenario: how many turns per second recording every model call as a debug run costs. Pairs of runs follow each other,
// because other load changes more than what is measured.
import { type EverturnAddress, setDebug, type WatchedChat } from "../clients/everturn-client.ts";
import { row } from "../row.ts";
import type { Scenario } from "../scenario.ts";
import { chatsPerTurn, concurrency, openChat, rate, turn } from "./turns-per-second.ts";

const pairs = 5;
const windowMs = 7_000;
const windowQuickMs = 3_000;
const overheadAimPercent = 5;

export const debugOverhead: Scenario = {
  name: "debug-overhead",
  liveBus: "postgres",
  async run({ everturn, isQuick }) {
    const forMs = isQuick ? windowQuickMs : windowMs;
    const [plain, recorded] = [await openChats(everturn), await openChats(everturn)];
    await Promise.all(recorded.map((chat) => setDebug(everturn, chat.id, true)));
    const overheads: number[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      // Each goes first in turn, because the second finds a fuller database.
      const first = pair % 2 === 0 ? plain : recorded;
      const firstRate = await turnRate(everturn, first, forMs);
      const secondRate = await turnRate(everturn, first === plain ? recorded : plain, forMs);
      const [without, withIt] = first === plain ? [firstRate, secondRate] : [secondRate, firstRate];
      overheads.push((1 - withIt / without) * 100);
    }
    for (const chat of [...plain, ...recorded]) chat.close();
    const aims = [{ type: "at-most", of: "p50", value: overheadAimPercent }] as const;
    return [row("turns lost to recording all model calls, of five pairs", overheads, { unit: "%", aims })];
  },
};

async function openChats(everturn: EverturnAddress): Promise<WatchedChat[]> {
  const chats: WatchedChat[] = [];
  for (let i = 0; i < chatsPerTurn; i++) {
    chats.push(...(await Promise.all(Array.from({ length: concurrency }, () => openChat(everturn)))));
  }
  return chats;
}

/** Turns per second, each in a resting chat. */
async function turnRate(everturn: EverturnAddress, chats: WatchedChat[], forMs: number): Promise<number> {
  const { perSecond } = await rate(forMs, async () => {
    const chat = chats.shift();
    if (chat === undefined) throw new Error("more turns at a time than chats");
    await turn(everturn, chat);
    chats.push(chat);
  });
  return perSecond;
}
