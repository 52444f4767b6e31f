// Benchmarks measure what a user sees. This file: so many streams side by side, and the latency of each of their parts, from
// the provider's write to the reader's read. What is followed is up to the caller, so that all ways are measured alike.
import { randomUUID } from "node:crypto";
import { now, paced, pause } from "../clock.ts";
import { callProvider, type Script } from "./demo-client.ts";
import { createChat, type EverturnAddress, post, watchChat } from "./everturn-client.ts";
import { isPart, isProviderText, isRest, showsAnswer, stampsIn } from "./frames.ts";

/** Streams begin this far apart: together they would send in step, and starting is measured elsewhere. */
const startEveryMs = 45;
/** After the last one has begun, before counting. */
const settleMs = 1_000;
/** Beyond the time that is planned: a slow machine starts streams slowly. */
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
/** Begins one stream; resolves when it flows, with what ends it. */
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
  // Parts that are late count with their lateness, so the reader goes on a little longer.
  await pause(window.to - now() + settleMs);
  await Promise.all(ends.map((end) => end()));
  return latencies;
}

/**
 * Begins so many streams, each at its own time; resolves when all flow. Their answers outlast settling, window and more.
 * Throws the first failure, once those that flow have been ended.
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
