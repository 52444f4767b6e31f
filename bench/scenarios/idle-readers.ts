// Scenario: 5,000 readers of resting chats on a fresh API. How much of its memory and, including pings, of its time
// does each take? And when a part comes for all of them, when has each read it?
import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { v7 } from "uuid";
import { freePort } from "../../dev/free-port.ts";
import { rolePlan } from "../../dev/part/everturn-parts.ts";
import type { BenchStack } from "../bench-stack.ts";
import { openGate, waitForCall } from "../clients/demo-client.ts";
import { createChat, type EverturnAddress, sendMessage, watchChat } from "../clients/everturn-client.ts";
import { isRest } from "../clients/frames.ts";
import { type IdleReaders, startIdleReaders } from "../clients/idle-readers.ts";
import { paced, pause } from "../clock.ts";
import { hasProcessCosts, noProcessCosts, residentKib, startCpuMeter } from "../process-cost.ts";
import { notMeasured, type Row, row } from "../row.ts";
import type { Scenario, Surroundings } from "../scenario.ts";

interface Layout {
  readonly chats: number;
  readonly readersEach: number;
  /** Pings come every 15 s. */
  readonly idleMs: number;
  readonly getsPart: boolean;
}

const LAYOUTS: readonly Layout[] = [
  { chats: 5_000, readersEach: 1, idleMs: 20_000, getsPart: false },
  { chats: 100, readersEach: 50, idleMs: 5_000, getsPart: true },
];
const LAYOUTS_QUICK: readonly Layout[] = [
  { chats: 300, readersEach: 1, idleMs: 3_000, getsPart: false },
  { chats: 20, readersEach: 15, idleMs: 2_000, getsPart: true },
];

/** The first readers pay for compiled code. They are gone, and their chats forgotten, before counting. */
const warmUpReaders = 100;
const forgottenMs = 6_000;
const settleMs = 3_000;
const sampleEveryMs = 500;
const sendEveryMs = 30;
const spreadMs = 2_000;
const shutdownGraceMs = 5_000;
const aims = [{ type: "at-most", of: "p50", value: 50 }] as const;

export const idleReaders: Scenario = {
  name: "idle-readers",
  liveBus: "postgres",
  async run(surroundings) {
    if (!hasProcessCosts) return [notMeasured("idle readers", noProcessCosts)];
    const rows: Row[] = [];
    for (const layout of surroundings.isQuick ? LAYOUTS_QUICK : LAYOUTS) {
      const readers = await startIdleReaders();
      try {
        rows.push(...(await measure(surroundings, layout, readers)));
      } finally {
        await readers.stop();
      }
    }
    return rows;
  },
};

async function measure({ stack, everturn }: Surroundings, layout: Layout, readers: IdleReaders) {
  const chats = await restingChats(stack, everturn, layout.chats);
  const api = await startApi(stack, everturn);
  await readers.open(api, chats.slice(0, warmUpReaders));
  readers.close();
  await pause(forgottenMs);
  const before = residentKib(api.pid);
  const watched = chats.flatMap((chat) => Array.from({ length: layout.readersEach }, () => chat));
  await readers.open(api, watched);
  await pause(settleMs);
  const meter = startCpuMeter([{ name: "api", pid: api.pid }]);
  const after = await smallestResident(api.pid, layout.idleMs);
  const cpu = meter.percentOfCore().get("api") ?? Number.NaN;
  const of = `${layout.chats} × ${layout.readersEach} idle readers`;
  const rows = [
    row(`${of}: memory of each`, [(after - before) / watched.length], { unit: "KiB", aims }),
    row("… CPU of the API", [cpu], { unit: "% of a core" }),
  ];
  if (layout.getsPart) {
    await sendPart(stack, api, chats);
    rows.push(row("… a part for all of them", await readers.report()));
  }
  readers.close();
  await api.stop();
  return rows;
}

/** Counts what the garbage collector leaves, not what happens to be unused. */
async function smallestResident(pid: number, forMs: number): Promise<number> {
  let smallest = residentKib(pid);
  for (let waited = 0; waited < forMs; waited += sampleEveryMs) {
    await pause(sampleEveryMs);
    smallest = Math.min(smallest, residentKib(pid));
  }
  return smallest;
}

/** One more API on the same database. */
async function startApi(stack: BenchStack, { key }: EverturnAddress) {
  const port = await freePort();
  const plan = rolePlan("api", { env: { ...stack.env, PORT: String(port) }, shutdownGraceMs });
  const part = await stack.start({ ...plan, name: `api-${port}` });
  const pid = part.pid();
  if (pid === undefined) throw new Error("the API died as soon as it was ready");
  return { url: `http://127.0.0.1:${port}`, key, pid, stop: () => part.stop() };
}

/** A chat that has had a turn, and copies of it: turns of thousands of chats would take minutes. */
async function restingChats(stack: BenchStack, everturn: EverturnAddress, count: number): Promise<string[]> {
  const model = await createChat(everturn, { key: randomUUID(), parts: 3, rate: 100 });
  const chat = watchChat(everturn, model);
  await chat.next(isRest);
  chat.close();
  const ids = Array.from({ length: count }, () => v7());
  const db = new Client({ connectionString: stack.databaseUrl });
  await db.connect();
  try {
    await db.query(COPY_CHAT, [model, ids]);
    await db.query(COPY_MESSAGES, [model, ids]);
  } finally {
    await db.end();
  }
  return ids;
}

const COPY_CHAT = `insert into chats
  select (jsonb_populate_record(chat, jsonb_build_object('id', ids.id, 'root_chat_id', ids.id))).*
  from chats chat, unnest($2::uuid[]) ids (id) where chat.id = $1`;
const COPY_MESSAGES = `insert into messages
  select (jsonb_populate_record(message, jsonb_build_object('chat_id', ids.id))).*
  from messages message, unnest($2::uuid[]) ids (id) where message.chat_id = $1`;

/** A turn in each chat waits at the same gate. Then each writes one part at once. */
async function sendPart(stack: BenchStack, api: EverturnAddress, chats: readonly string[]): Promise<void> {
  const gate = randomUUID();
  const keys = chats.map(() => randomUUID());
  await paced(chats.length, sendEveryMs, async (index) => {
    const script = { key: keys[index] ?? "", parts: 1, stamp: true, hold_until: gate, hold_after: 0 };
    await sendMessage(api, chats[index] ?? "", script);
  });
  await Promise.all(keys.map((key) => waitForCall(stack.modelUrl, { key, event: "held", call: 1 })));
  await pause(settleMs);
  await openGate(stack.modelUrl, gate);
  await pause(spreadMs);
}
