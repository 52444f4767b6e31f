// Runs many streams side by side and measures the latency of each of their parts, from the provider's write to the
// reader's read. The caller chooses what to follow, so that all ways are measured alike.
import { randomUUID } from "node:crypto";
import { now, paced, pause } from "../clock.ts";
import { callProvider, type Script } from "./demo-client.ts";
import { createChat, type EverturnAddress, post, watchChat } from "./everturn-client.ts";
import { isPart, isProviderText, isRest, showsAnswer, stampsIn } from "./frames.ts";

/** Streams start this far apart. Otherwise they would send at the same time; starting is measured elsewhere. */
const startEveryMs = 45;
/** Wait after the last one has started, before counting. */
const settleMs = 1_000;
/** Extra time, because a slow machine starts streams slowly. */
const sparePartsS = 40;

export interface StreamLoad {
  readonly streams: number;
  /** Parts per second of each. */
  readonly rate: number;
  readonly windowMs: number;
}

export type Collect = (frame: string, at: number) => void;
/** Ends a stream; resolves when it has ended. */
export type End = () => Promise<void>;
/** Starts one stream. Resolves when it flows, with a function that ends it. */
export type Follow = (script: Script, collect: Collect) => Promise<End>;

/** Latencies of all parts that were sent within the window. */
export async function measureLatencies(load: StreamLoad, follow: Follow): Promise<number[]> {
  const latencies: number[] = [];
  const window = { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const collect: Collect = (frame, at) => {
    for (const stamp of stampsIn(frame)) {
      if (stamp >= window.from && stamp < window.to) latencies.push(at - stamp);
    }
  };
  const ends = await startStreams(load, (script) => follow(script, collect));
  window.from = now() + settleMs;
  window.to = window.from + load.windowMs;
  // Late parts count with their lateness, so the reader continues a little longer.
  await pause(window.to - now() + settleMs);
  await Promise.all(ends.map((end) => end()));
  return latencies;
}

/**
 * Starts that many streams, each at its own time. Resolves when all flow. Their answers last longer than settling,
 * window and extra time together. Throws the first failure, once the running streams have been ended.
 */
export async function startStreams(
  { streams, rate, windowMs }: StreamLoad,
  begin: (script: Script) => Promise<End>,
): Promise<End[]> {
  const plannedS = (streams * startEveryMs + settleMs + windowMs) / 1_000;
  const parts = Math.ceil((plannedS + sparePartsS) * rate);
  const failures: unknown[] = [];
  const begun = await paced(streams, startEveryMs, () =>
    begin({ key: randomUUID(), parts, rate, stamp: true }).catch((error: unknown) => {
      failures.push(error);
      return null;
    }),
  );
  const ends = begun.filter((end) => end !== null);
  if (failures.length === 0) return ends;
  await Promise.allSettled(ends.map((end) => end()));
  throw failures[0];
}

export async function followChat(everturn: EverturnAddress, script: Script, collect: Collect) {
  const id = await createChat(everturn, script);
  let hasEnded = false;
  const chat = watchChat(everturn, id, (frame, at) => {
    if (isPart(frame)) collect(frame, at);
    else hasEnded ||= isRest(frame);
  });
  await chat.next(showsAnswer).catch((error: unknown) => {
    chat.close();
    throw error;
  });
  return async () => {
    const rest = hasEnded ? null : chat.next(isRest);
    if (!hasEnded) await post(everturn, `/v1/chats/${id}/interrupt`);
    await rest;
    chat.close();
  };
}

export async function followProvider(modelUrl: string, script: Script, collect: Collect) {
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
