// Benchmarks measure what a user sees. This scenario: from the provider's write of a part to the reader's read of it, while
// so many chats stream side by side. The floor is the same reader on the provider's own stream.
import { randomUUID } from "node:crypto";
import { now, paced, pause } from "../clock.ts";
import { callProvider, type Script } from "../demo-client.ts";
import { createChat, type EverturnAddress, post, watchChat } from "../everturn-client.ts";
import { isPart, isProviderText, isRest, stampsIn } from "../frames.ts";
import { type Aim, row } from "../row.ts";
import type { Scenario } from "../scenario.ts";

/** Chats begin this far apart: together they would send in step, and starting is measured elsewhere. */
const startEveryMs = 45;
/** After the last one has begun, before counting. */
const settleMs = 1_000;
const windowMs = 8_000;
const windowQuickMs = 2_000;
/** Beyond the time that is planned: a slow machine starts chats slowly. */
const sparePartsS = 15;

interface Load {
  readonly chats: number;
  /** Parts per second of each chat. */
  readonly rate: number;
  readonly liveBus: "postgres" | "off";
  readonly aims?: readonly Aim[];
  readonly inQuick?: boolean;
}

const LOADS: readonly Load[] = [
  {
    chats: 1,
    rate: 30,
    liveBus: "postgres",
    aims: [{ type: "at-most", of: "p50", value: 5 }],
    inQuick: true,
  },
  { chats: 20, rate: 30, liveBus: "postgres", aims: [{ type: "at-most", of: "p50", value: 5 }] },
  {
    chats: 100,
    rate: 30,
    liveBus: "postgres",
    aims: [
      { type: "at-most", of: "p50", value: 5 },
      { type: "at-most", of: "p99", value: 60 },
    ],
    inQuick: true,
  },
  { chats: 100, rate: 50, liveBus: "postgres" },
  { chats: 1, rate: 30, liveBus: "off" },
  {
    chats: 20,
    rate: 30,
    liveBus: "off",
    aims: [{ type: "at-most", of: "p50", value: 100 }],
    inQuick: true,
  },
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
      for (const load of loads) {
        const measured = await measure(load, isQuick, (script, collect) =>
          followChat(everturn, script, collect),
        );
        const floor = await measure(load, isQuick, (script, collect) =>
          followProvider(stack.modelUrl, script, collect),
        );
        const bus = liveBus === "off" ? ", bus off" : "";
        const what = `part latency, ${load.chats} × ${load.rate}/s${bus}`;
        rows.push(row(what, measured, { floor, ...(load.aims && { aims: load.aims }) }));
      }
      return rows;
    },
  };
}

type Collect = (frame: string, at: number) => void;
/** Begins one stream; resolves when it flows, with what ends it. */
type Follow = (script: Script, collect: Collect) => Promise<() => Promise<void>>;

/** Latencies of all parts that were sent within the window. */
async function measure(load: Load, isQuick: boolean, follow: Follow): Promise<number[]> {
  const latencies: number[] = [];
  const window = { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const collect: Collect = (frame, at) => {
    for (const stamp of stampsIn(frame)) {
      if (stamp >= window.from && stamp < window.to) latencies.push(at - stamp);
    }
  };
  const planned = (load.chats * startEveryMs + settleMs + windowMs) / 1_000;
  const parts = Math.ceil((planned + sparePartsS) * load.rate);
  const ends = await paced(load.chats, startEveryMs, () =>
    follow({ key: randomUUID(), parts, rate: load.rate, stamp: true }, collect),
  );
  window.from = now() + settleMs;
  window.to = window.from + (isQuick ? windowQuickMs : windowMs);
  // Parts that are late count with their lateness, so the reader goes on a little longer.
  await pause(window.to - now() + settleMs);
  await Promise.all(ends.map((end) => end()));
  return latencies;
}

async function followChat(everturn: EverturnAddress, script: Script, collect: Collect) {
  const id = await createChat(everturn, script);
  const chat = watchChat(everturn, id, (frame, at) => {
    if (isPart(frame)) collect(frame, at);
  });
  await chat.next(isPart);
  return async () => {
    const rest = chat.next(isRest);
    await post(everturn, `/v1/chats/${id}/interrupt`);
    await rest;
    chat.close();
  };
}

async function followProvider(modelUrl: string, script: Script, collect: Collect) {
  const flows = Promise.withResolvers<void>();
  const connection = callProvider(modelUrl, script, (frame, at) => {
    if (!isProviderText(frame)) return;
    flows.resolve();
    collect(frame, at);
  });
  await flows.promise;
  return async () => {
    connection.close();
    await connection.ended;
  };
}
