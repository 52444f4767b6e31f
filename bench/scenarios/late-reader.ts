// Scenario: a reader comes to a turn that nobody has watched. How long to its first part, and to a part that was
// written after it came?
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { watchGraceMs } from "../../core/chat/limits.ts";
import { createChat, type EverturnAddress, post, watchChat } from "../clients/everturn-client.ts";
import { isCaughtUp, isPart, isRest, stampsIn } from "../clients/frames.ts";
import { now } from "../clock.ts";
import { row } from "../row.ts";
import type { Scenario } from "../scenario.ts";

const chatsMeasured = 40;
const chatsQuick = 12;
const chatsWarmUp = 3;
const partsPerSecond = 20;
/** Parts of one answer: more than are written until the last chat has had its reader. */
const parts = 2_000;

export const lateReader: Scenario = {
  name: "late-reader",
  liveBus: "postgres",
  async run({ everturn, isQuick }) {
    const count = chatsWarmUp + (isQuick ? chatsQuick : chatsMeasured);
    const idle = await anIdleChat(everturn);
    const scripts = Array.from({ length: count }, () => ({ key: randomUUID(), parts, rate: partsPerSecond }));
    const ids: string[] = [];
    for (const script of scripts) ids.push(await createChat(everturn, { ...script, stamp: true }));
    // By then they are no longer published.
    await sleep(2 * watchGraceMs);
    const samples: Sample[] = [];
    for (const id of ids)
      samples.push({ ...(await join(everturn, id)), floor: await readIdle(everturn, idle) });
    for (const id of ids) await post(everturn, `/v1/chats/${id}/interrupt`);
    const of = (name: keyof Sample) => samples.slice(chatsWarmUp).map((sample) => sample[name]);
    return [
      row("late reader, to its first part", of("first"), {
        floor: of("floor"),
        aims: [{ type: "at-most", of: "p99", value: 100 }],
      }),
      row("… to a part written since", of("live"), { floor: of("floor") }),
    ];
  },
};

interface Sample {
  readonly first: number;
  readonly live: number;
  /** The same way with nothing to tell. */
  readonly floor: number;
}

async function anIdleChat(everturn: EverturnAddress): Promise<string> {
  const id = await createChat(everturn, { key: randomUUID(), parts: 1, rate: 100 });
  const chat = watchChat(everturn, id);
  await chat.next(isRest);
  chat.close();
  return id;
}

async function join(everturn: EverturnAddress, id: string): Promise<Pick<Sample, "first" | "live">> {
  const begunAt = now();
  const chat = watchChat(everturn, id);
  const isLive = (frame: string) => isPart(frame) && stampsIn(frame).some((stamp) => stamp > begunAt);
  const [first, live] = await Promise.all([chat.next(isPart), chat.next(isLive)]);
  chat.close();
  return { first: first - begunAt, live: live - begunAt };
}

async function readIdle(everturn: EverturnAddress, id: string): Promise<number> {
  const begunAt = now();
  const chat = watchChat(everturn, id);
  const at = await chat.next(isCaughtUp);
  chat.close();
  return at - begunAt;
}
