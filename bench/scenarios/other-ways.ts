// Scenarios: other ways to stream the same answers, on the same machine and the same Temporal server: Temporal's
// Workflow Streams, and the AI SDK over plain HTTP, which keeps nothing.
import { randomUUID } from "node:crypto";
import type { Script } from "../clients/demo-client.ts";
import { type Follow, measureLatencies } from "../clients/stream-load.ts";
import { pause } from "../clock.ts";
import { installOtherWays } from "../floor/install-other-ways.ts";
import { firstTexts, followOtherWay, type OtherWay, startOtherProcess } from "../floor/other-way.ts";
import { notMeasured, type Row, row } from "../row.ts";
import type { Scenario, Surroundings } from "../scenario.ts";

const windowMs = 5_000;
const windowQuickMs = 2_000;
const samplesMeasured = 30;
const samplesQuick = 6;
/** Turns that were left learn of it with their next heartbeat. */
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
const MANY: readonly Load[] = [{ streams: 100, rate: 50 }];

interface Variant {
  readonly name: string;
  readonly batch_ms: number;
  readonly poll_cooldown_ms: number;
}

/** As its samples set it for the text of models. */
const BATCHED: Variant = { name: "Workflow Streams", batch_ms: 200, poll_cooldown_ms: 100 };
/** As fast as it can be set. */
const UNBATCHED: Variant = { name: "Workflow Streams, no batching", batch_ms: 0, poll_cooldown_ms: 0 };

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
  const wayOf = ({ name: _name, ...settings }: Variant): OtherWay => {
    return { url: server.url, settings, isText: (frame) => frame.startsWith("event: text\n") };
  };
  for (const variant of [BATCHED, UNBATCHED]) {
    const { name } = variant;
    const way = wayOf(variant);
    rows.push(await measureFirst(surroundings, { name, way }));
    const history = `${name}: history of a turn of ${partsCounted} parts`;
    rows.push(await rowOf(history, async () => [await countEvents(surroundings, way)], "events"));
    rows.push(...(await measureLoads(surroundings, { name, way }, FEW)));
  }
  // Last, and only in batches: the backlog of a hundred turns would affect what is measured next.
  rows.push(...(await measureLoads(surroundings, { name: BATCHED.name, way: wayOf(BATCHED) }, MANY)));
  await server.stop();
  await worker.stop();
  return rows;
}

async function measureAiSdk(surroundings: Surroundings): Promise<Row[]> {
  const server = await startOtherProcess(surroundings.stack, "ai-sdk-server", [surroundings.stack.modelUrl]);
  const isText = (frame: string) => frame.includes('"type":"text-delta"');
  const way: OtherWay = { url: server.url, settings: {}, isText };
  const named = { name: "AI SDK over HTTP", way };
  const first = await measureFirst(surroundings, named);
  const rows = await measureLoads(surroundings, named, [...FEW, ...MANY]);
  await server.stop();
  return [first, ...rows];
}

interface NamedWay {
  readonly name: string;
  readonly way: OtherWay;
}

async function measureFirst({ isQuick }: Surroundings, { name, way }: NamedWay): Promise<Row> {
  // The first pays for connections and compiled code.
  const count = (isQuick ? samplesQuick : samplesMeasured) + 1;
  return rowOf(`${name}: first text`, async () => (await firstTexts(way, count, shortAnswer)).slice(1));
}

async function measureLoads(
  { isQuick }: Surroundings,
  { name, way }: NamedWay,
  loads: readonly Load[],
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const load of isQuick ? loads.filter(({ streams }) => streams === 1) : loads) {
    const timed = { ...load, windowMs: isQuick ? windowQuickMs : windowMs };
    const follow: Follow = (script, collect) => followOtherWay(way, script, { collect });
    const what = `${name}: part latency, ${load.streams} × ${load.rate}/s`;
    rows.push(await rowOf(what, () => measureLatencies(timed, follow)));
    await pause(quietMs);
  }
  return rows;
}

/** If the load is too much for a way to stream on this machine, that is a result, too. */
async function rowOf(
  what: string,
  samples: () => Promise<readonly number[]>,
  unit: "ms" | "events" = "ms",
): Promise<Row> {
  try {
    return row(what, await samples(), { unit });
  } catch (error) {
    return notMeasured(what, wordsOf(error));
  }
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
