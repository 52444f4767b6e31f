// Benchmarks measure what a user sees. These scenarios: other ways to stream the same answers, on the same machine and the
// same Temporal server: Temporal's Workflow Streams, and the AI SDK over plain HTTP, which keeps nothing.
import { randomUUID } from "node:crypto";
import { pause } from "../clock.ts";
import type { Script } from "../demo-client.ts";
import { installOtherWays } from "../install-other-ways.ts";
import { firstTexts, followOtherWay, type OtherWay, startOtherProcess } from "../other-way.ts";
import { notMeasured, type Row, row } from "../row.ts";
import type { Scenario, Surroundings } from "../scenario.ts";
import { measureLatencies } from "../stream-load.ts";

const windowMs = 5_000;
const windowQuickMs = 2_000;
const samplesMeasured = 30;
const samplesQuick = 6;
/** Turns that were left hear of it with their next heartbeat. */
const quietMs = 2_000;
const partsCounted = 100;

interface Load {
  readonly streams: number;
  readonly rate: number;
}

const FEW: readonly Load[] = [
  { streams: 1, rate: 30 },
  { streams: 20, rate: 30 },
];
const ALL: readonly Load[] = [...FEW, { streams: 100, rate: 50 }];

interface Variant {
  readonly name: string;
  readonly batch_ms: number;
  readonly poll_cooldown_ms: number;
  readonly loads: readonly Load[];
}

/** As its samples set it for the text of models; and as fast as it can be set. */
const VARIANTS: readonly Variant[] = [
  { name: "Workflow Streams", batch_ms: 200, poll_cooldown_ms: 100, loads: ALL },
  // A hundred turns with a signal for each part could leave a backlog that falls on what is measured next.
  { name: "Workflow Streams, no batching", batch_ms: 0, poll_cooldown_ms: 0, loads: FEW },
];

export const workflowStreams: Scenario = {
  name: "workflow-streams",
  liveBus: "postgres",
  run: (surroundings) => whenInstalled("Workflow Streams", surroundings, measureStreams),
};

export const aiSdk: Scenario = {
  name: "ai-sdk",
  liveBus: "postgres",
  run: (surroundings) => whenInstalled("AI SDK over HTTP", surroundings, measureAiSdk),
};

async function whenInstalled(
  what: string,
  surroundings: Surroundings,
  measure: (surroundings: Surroundings) => Promise<Row[]>,
): Promise<Row[]> {
  try {
    await installOtherWays(surroundings.note);
  } catch (error) {
    return [notMeasured(what, wordsOf(error))];
  }
  return measure(surroundings);
}

async function measureStreams(surroundings: Surroundings): Promise<Row[]> {
  const { stack } = surroundings;
  const taskQueue = `streams-${randomUUID()}`;
  const place = [stack.temporalAddress, taskQueue];
  const worker = await startOtherProcess(stack, "worker", place);
  const server = await startOtherProcess(stack, "server", [...place, stack.modelUrl]);
  const rows: Row[] = [];
  for (const { name, loads, ...settings } of VARIANTS) {
    const isText = (frame: string) => frame.startsWith("event: text\n");
    const way: OtherWay = { url: server.url, settings, isText };
    rows.push(...(await measureWay(surroundings, { name, way, loads })));
    const events = await countEvents(surroundings, way);
    rows.push(row(`${name}: history of a turn of ${partsCounted} parts`, [events], { unit: "events" }));
  }
  await server.stop();
  await worker.stop();
  return rows;
}

async function measureAiSdk(surroundings: Surroundings): Promise<Row[]> {
  const server = await startOtherProcess(surroundings.stack, "ai-sdk-server", [surroundings.stack.modelUrl]);
  const isText = (frame: string) => frame.includes('"type":"text-delta"');
  const way: OtherWay = { url: server.url, settings: {}, isText };
  const rows = await measureWay(surroundings, { name: "AI SDK over HTTP", way, loads: ALL });
  await server.stop();
  return rows;
}

interface Measured {
  readonly name: string;
  readonly way: OtherWay;
  readonly loads: readonly Load[];
}

async function measureWay({ isQuick }: Surroundings, { name, way, loads }: Measured): Promise<Row[]> {
  const samples = isQuick ? samplesQuick : samplesMeasured;
  // The first pays for connections and compiled code.
  const times = await firstTexts(way, samples + 1, shortAnswer);
  const rows: Row[] = [row(`${name}: first text`, times.slice(1))];
  for (const load of isQuick ? loads.slice(0, 1) : loads) {
    const timed = { ...load, windowMs: isQuick ? windowQuickMs : windowMs };
    const what = `${name}: part latency, ${load.streams} × ${load.rate}/s`;
    try {
      const latencies = await measureLatencies(timed, (script, collect) =>
        followOtherWay(way, script, { collect }),
      );
      rows.push(row(what, latencies));
    } catch (error) {
      // A load that is too much for this way on this machine is a result as well.
      rows.push(notMeasured(what, wordsOf(error)));
    }
    await pause(quietMs);
  }
  return rows;
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** As `first-part` asks for it. */
function shortAnswer(): Script {
  return { key: randomUUID(), parts: 4, rate: 40 };
}

/** Of Temporal's history, for one answer that is read to its end. */
async function countEvents({ stack }: Surroundings, way: OtherWay): Promise<number> {
  const begun = Promise.withResolvers<string>();
  const script = { key: randomUUID(), parts: partsCounted, rate: 50 };
  const end = await followOtherWay(way, script, {
    collect: () => undefined,
    onFrame: (frame) => {
      const [, id] = /"workflow_id":"([^"]+)"/.exec(frame) ?? [];
      if (id !== undefined) begun.resolve(id);
    },
  });
  const handle = stack.bare.client.workflow.getHandle(await begun.promise);
  await handle.result();
  await end();
  return (await handle.describe()).historyLength;
}
