// Benchmarks measure what a user sees. This scenario: a reader comes to a turn that has been running for a while with nobody
// watching: when does it see text?
import { randomUUID } from "node:crypto";
import { now, paced, pause } from "../clock.ts";
import { createChat, type EverturnAddress, post, watchChat } from "../everturn-client.ts";
import { isPart, isRest } from "../frames.ts";
import { row } from "../row.ts";
import type { Scenario } from "../scenario.ts";

const chatsMeasured = 60;
const chatsQuick = 10;
const everyMs = 150;
/** Unwatched for so long: its checkpoints have become rare. */
const aloneMs = 4_000;
const partsPerSecond = 30;
const partsMax = 3_000;

export const lateReader: Scenario = {
  name: "late-reader",
  liveBus: "postgres",
  async run({ everturn, isQuick }) {
    const samples = await paced(isQuick ? chatsQuick : chatsMeasured, everyMs, () => comeLate(everturn));
    const aims = [{ type: "at-most", of: "p95", value: 100 }] as const;
    return [row("reader comes to an unwatched turn: first part", samples, { aims })];
  },
};

async function comeLate(everturn: EverturnAddress): Promise<number> {
  const id = await createChat(everturn, { key: randomUUID(), parts: partsMax, rate: partsPerSecond });
  await pause(aloneMs);
  const begunAt = now();
  const chat = watchChat(everturn, id);
  const shownAt = await chat.next(isPart);
  const rest = chat.next(isRest);
  await post(everturn, `/v1/chats/${id}/interrupt`);
  await rest;
  chat.close();
  return shownAt - begunAt;
}
