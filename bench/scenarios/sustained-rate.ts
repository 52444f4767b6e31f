// Scenario: how many parts a second reach the readers of a hundred chats with nothing lost? The rate rises until a step
// fails, and the CPU time of each process says which was full first.

import { createPartCounter, type PartCounter } from "../clients/part-counter.ts";
import { followChat, startStreams } from "../clients/stream-load.ts";
import { now, pause } from "../clock.ts";
import { percentile } from "../percentiles.ts";
import { hasProcessCosts, noProcessCosts, startCpuMeter } from "../process-cost.ts";
import { notMeasured, type Row, row } from "../row.ts";
import type { Scenario, Surroundings } from "../scenario.ts";

const chatsMeasured = 100;
const chatsQuick = 20;
/** Parts per second of each chat. */
const RATES = [50, 75, 100, 150, 200, 300];
const RATES_QUICK = [20, 50];
const windowMs = 5_000;
const windowQuickMs = 2_000;
const settleMs = 1_500;
const drainMs = 1_500;
/** A step succeeds if this share of what was written has arrived a moment later, and hardly anything later than this. */
const deliveredShareMin = 0.99;
const latencyP99MaxMs = 1_000;
/** Below this share of what was asked for, the demo model cannot keep up. */
const writtenShareMin = 0.95;

interface Step {
  readonly chats: number;
  readonly rate: number;
  readonly writtenPerS: number;
  readonly deliveredPerS: number;
  readonly lost: number;
  readonly latencies: readonly number[];
  readonly cpu: ReadonlyMap<string, number> | null;
}

export const sustainedRate: Scenario = {
  name: "sustained-rate",
  liveBus: "postgres",
  async run(surroundings) {
    const steps: Step[] = [];
    try {
      for (const rate of surroundings.isQuick ? RATES_QUICK : RATES) {
        const step = await measureStep(surroundings, rate);
        steps.push(step);
        if (whyNotHeld(step) !== null) break;
      }
    } catch (error) {
      // At far too high a rate a chat may show no text at all. The steps before it count all the same.
      if (steps.length === 0) throw error;
      const why = error instanceof Error ? error.message : String(error);
      return [...rowsOf(steps), notMeasured("… at the next rate", why.slice(0, 60))];
    }
    return rowsOf(steps);
  },
};

async function measureStep({ stack, everturn, isQuick }: Surroundings, rate: number): Promise<Step> {
  const [chats, forMs] = isQuick ? [chatsQuick, windowQuickMs] : [chatsMeasured, windowMs];
  const counters: PartCounter[] = [];
  const load = { streams: chats, rate, windowMs: forMs + settleMs + drainMs };
  const ends = await startStreams(load, (script) => {
    const counter = createPartCounter();
    counters.push(counter);
    return followChat(everturn, script, counter.count);
  });
  await pause(settleMs);
  const meter = hasProcessCosts
    ? startCpuMeter([...stack.processes(), { name: "clients", pid: process.pid }])
    : null;
  const from = now();
  await pause(forMs);
  const to = now();
  const cpu = meter?.percentOfCore() ?? null;
  // What was written in the window and is late counts with its lateness.
  await pause(drainMs);
  const latencies = counters.flatMap((counter) => counter.latencies(from, to));
  const missing = counters.reduce((sum, counter) => sum + missingParts(counter, { from, to, rate }), 0);
  await Promise.all(ends.map((end) => end()));
  const seconds = (to - from) / 1_000;
  return {
    chats,
    rate,
    writtenPerS: (latencies.length + missing) / seconds,
    deliveredPerS: latencies.length / seconds,
    lost: counters.reduce((sum, counter) => sum + counter.lost(), 0),
    latencies,
    cpu,
  };
}

/** For a reader that is behind at the end of the window: about this many parts were written and have not come. */
function missingParts(counter: PartCounter, window: { from: number; to: number; rate: number }): number {
  const readUpTo = Math.max(counter.newestWrittenAt(), window.from);
  // Two parts may be on their way when the window ends.
  const parts = ((window.to - readUpTo) * window.rate) / 1_000 - 2;
  return Math.max(0, Math.round(parts));
}

function whyNotHeld(step: Step): string | null {
  const p99 = percentile(
    step.latencies.toSorted((a, b) => a - b),
    99,
  );
  if (step.lost > 0) return `${step.lost} parts lost`;
  if (step.writtenPerS < step.rate * step.chats * writtenShareMin)
    return `the model wrote ${step.writtenPerS.toFixed(0)}/s`;
  if (step.deliveredPerS < step.writtenPerS * deliveredShareMin)
    return `${step.deliveredPerS.toFixed(0)} of ${step.writtenPerS.toFixed(0)}/s delivered`;
  return p99 > latencyP99MaxMs ? `p99 ${p99.toFixed(0)} ms` : null;
}

function rowsOf(steps: readonly Step[]): Row[] {
  const held = steps.filter((step) => whyNotHeld(step) === null).at(-1);
  const rows: Row[] = [];
  if (held === undefined) rows.push(notMeasured("parts sustained", "not even the lowest rate was held"));
  else {
    const rate = [Math.round(held.deliveredPerS)];
    rows.push(row(`parts sustained, ${held.chats} chats`, rate, { unit: "parts/s" }));
  }
  for (const step of steps) {
    const why = whyNotHeld(step);
    const words = why === null ? "" : `, not held: ${why}`;
    rows.push(row(`… latency at ${step.chats} × ${step.rate}/s${words}`, step.latencies));
  }
  const last = steps.at(-1);
  if (last?.cpu == null) return [...rows, notMeasured("… CPU of each process", noProcessCosts)];
  for (const [name, percent] of last.cpu) {
    rows.push(row(`… CPU at ${last.chats} × ${last.rate}/s: ${name}`, [percent], { unit: "% of a core" }));
  }
  return rows;
}
