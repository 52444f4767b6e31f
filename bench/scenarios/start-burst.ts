// Scenario: a hundred turns start within a second, or within four. When does each show text?
import { randomUUID } from "node:crypto";
import { callProvider, type Script } from "../clients/demo-client.ts";
import { createChat, type EverturnAddress, watchChat } from "../clients/everturn-client.ts";
import { isProviderText, isRest, showsAnswer } from "../clients/frames.ts";
import { now, paced, pause } from "../clock.ts";
import { sumOfPairs } from "../percentiles.ts";
import { type Aim, row } from "../row.ts";
import type { Scenario, Surroundings } from "../scenario.ts";

const turns = 100;
const betweenMs = 1_000;

interface Burst {
  readonly withinS: number;
  readonly times: number;
  readonly aims: readonly Aim[];
}

const BURSTS: readonly Burst[] = [
  { withinS: 1, times: 3, aims: [{ type: "at-most", of: "p50", value: 500 }] },
  { withinS: 4, times: 2, aims: [] },
];

export const startBurst: Scenario = {
  name: "start-burst",
  liveBus: "postgres",
  async run(surroundings) {
    const rows = [];
    for (const burst of surroundings.isQuick ? BURSTS.slice(0, 1) : BURSTS) {
      rows.push(await measure(burst, surroundings));
    }
    return rows;
  },
};

async function measure({ withinS, times, aims }: Burst, { stack, everturn, isQuick }: Surroundings) {
  const [measured, temporal, provider]: [number[], number[], number[]] = [[], [], []];
  const burst = (once: () => Promise<number>) => paced(turns, (withinS * 1_000) / turns, once);
  for (let i = 0; i < (isQuick ? 1 : times); i++) {
    measured.push(...(await burst(() => firstText(everturn))));
    await pause(betweenMs);
    temporal.push(...(await burst(() => stack.bare.untilActivity())));
    await pause(betweenMs);
    provider.push(...(await burst(() => firstByte(stack.modelUrl))));
  }
  const time = withinS === 1 ? "a second" : `${withinS} s`;
  const floor = sumOfPairs(temporal, provider);
  return row(`first text, ${turns} turns begun in ${time}`, measured, { floor, aims });
}

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
