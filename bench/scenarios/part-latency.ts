// Scenario: from the provider's write of a part to the reader's read of it, while so many chats stream side by side.
// The floor is the same reader on the provider's own stream.

import { followChat, followProvider, measureLatencies } from "../clients/stream-load.ts";
import { type Aim, row } from "../row.ts";
import type { Scenario } from "../scenario.ts";

const windowMs = 6_000;
const windowQuickMs = 2_000;

interface Load {
  readonly chats: number;
  /** Parts per second of each chat. */
  readonly rate: number;
  readonly liveBus: "postgres" | "off";
  readonly aims: readonly Aim[];
  readonly inQuick?: boolean;
}

const fewAims = [{ type: "at-most", of: "p50", value: 2 }] as const;
const manyAims = [
  { type: "at-most", of: "p50", value: 5 },
  { type: "at-most", of: "p99", value: 60 },
] as const;
const offAims = [{ type: "at-most", of: "p50", value: 100 }] as const;

const LOADS: readonly Load[] = [
  { chats: 1, rate: 30, liveBus: "postgres", aims: fewAims, inQuick: true },
  { chats: 20, rate: 30, liveBus: "postgres", aims: fewAims },
  { chats: 100, rate: 30, liveBus: "postgres", aims: manyAims },
  { chats: 100, rate: 50, liveBus: "postgres", aims: manyAims, inQuick: true },
  { chats: 1, rate: 30, liveBus: "off", aims: [] },
  { chats: 20, rate: 30, liveBus: "off", aims: offAims, inQuick: true },
];

export const partLatency = scenarioFor("part-latency", "postgres");
export const partLatencyBusOff = scenarioFor("part-latency-bus-off", "off");

function scenarioFor(name: string, liveBus: Load["liveBus"]): Scenario {
  return {
    name,
    liveBus,
    async run({ stack, everturn, isQuick }) {
      const rows = [];
      const loads = LOADS.filter((load) => load.liveBus === liveBus && (!isQuick || load.inQuick === true));
      for (const { chats, rate, aims } of loads) {
        const load = { streams: chats, rate, windowMs: isQuick ? windowQuickMs : windowMs };
        const measured = await measureLatencies(load, (script, collect) =>
          followChat(everturn, script, collect),
        );
        const floor = await measureLatencies(load, (script, collect) =>
          followProvider(stack.modelUrl, script, collect),
        );
        const bus = liveBus === "off" ? ", bus off" : "";
        rows.push(row(`part latency, ${chats} × ${rate}/s${bus}`, measured, { floor, aims }));
      }
      return rows;
    },
  };
}
