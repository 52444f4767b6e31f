// Benchmarks measure what a user sees. This scenario: a hundred turns begin within a second: when does each show text?
import { randomUUID } from "node:crypto";
import { now, paced, pause } from "../clock.ts";
import { callProvider, type Script } from "../demo-client.ts";
import { createChat, type EverturnAddress, watchChat } from "../everturn-client.ts";
import { isProviderText, isRest, showsAnswer } from "../frames.ts";
import { sumOfPairs } from "../percentiles.ts";
import { row } from "../row.ts";
import type { Scenario } from "../scenario.ts";

const turns = 100;
const withinMs = 1_000;
const bursts = 3;
const betweenMs = 1_000;

export const startBurst: Scenario = {
  name: "start-burst",
  liveBus: "postgres",
  async run({ stack, everturn, isQuick }) {
    const [measured, temporal, provider]: [number[], number[], number[]] = [[], [], []];
    const burst = (once: () => Promise<number>) => paced(turns, withinMs / turns, once);
    for (let i = 0; i < (isQuick ? 1 : bursts); i++) {
      measured.push(...(await burst(() => firstText(everturn))));
      await pause(betweenMs);
      temporal.push(...(await burst(() => stack.bare.untilActivity())));
      await pause(betweenMs);
      provider.push(...(await burst(() => firstByte(stack.modelUrl))));
    }
    return [
      row(`first text, ${turns} turns begun in a second`, measured, {
        floor: sumOfPairs(temporal, provider),
      }),
    ];
  },
};

function answer(): Script {
  return { key: randomUUID(), parts: 10, rate: 20 };
}

async function firstText(everturn: EverturnAddress): Promise<number> {
  const begunAt = now();
  const chat = watchChat(everturn, await createChat(everturn, answer()));
  const rest = chat.next(isRest);
  const shownAt = await chat.next(showsAnswer);
  await rest;
  chat.close();
  return shownAt - begunAt;
}

async function firstByte(modelUrl: string): Promise<number> {
  const begunAt = now();
  const shown = Promise.withResolvers<number>();
  const connection = callProvider(modelUrl, answer(), (frame, at) => {
    if (isProviderText(frame)) shown.resolve(at - begunAt);
  });
  await connection.ended;
  return shown.promise;
}
