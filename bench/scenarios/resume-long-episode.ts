// Scenario: an answer of 50,000 parts is in progress, and readers come back to it. When is the first event there, when
// all of it, and how many bytes does it take?
import { randomUUID } from "node:crypto";
import { decodeCursor, encodeCursor } from "../../api/streams/chat/model/cursor.ts";
import { openGate } from "../clients/demo-client.ts";
import { createChat, type EverturnAddress, post, watchChat } from "../clients/everturn-client.ts";
import { cursorIn, isRest, seqIn } from "../clients/frames.ts";
import { now, pause } from "../clock.ts";
import { type Aim, type Row, row } from "../row.ts";
import type { Scenario } from "../scenario.ts";

const partsMeasured = 50_000;
const partsQuick = 20_000;
const samplesMeasured = 20;
const samplesQuick = 5;
/** Longer than a replica remembers a chat that nobody reads. */
const forgottenMs = 6_000;
const coldSamples = 3;

const firstAims: readonly Aim[] = [{ type: "at-most", of: "p95", value: 50 }];
const bytesAims: readonly Aim[] = [{ type: "at-most", of: "p50", value: 1.2 }];

interface Visit {
  readonly first: number;
  readonly all: number;
  /** Bytes sent compared with bytes of the missing text. */
  readonly bytes: number;
}

export const resumeLongEpisode: Scenario = {
  name: "resume-long-episode",
  liveBus: "postgres",
  async run({ stack, everturn, isQuick }) {
    const parts = isQuick ? partsQuick : partsMeasured;
    const gate = randomUUID();
    const script = { key: randomUUID(), parts, hold_until: gate, hold_after: parts };
    const id = await createChat(everturn, script);
    const cursorAt = await readOnce(everturn, id, parts);
    const visits = async (behind: number, count: number) => {
      const samples: Visit[] = [];
      const from = parts - behind;
      for (let i = 0; i < count; i++) {
        samples.push(await visit(everturn, { id, parts, from, cursor: from === 0 ? null : cursorAt(from) }));
      }
      return samples;
    };
    const rows = rowsOf("without a cursor", await visits(parts, isQuick ? samplesQuick : samplesMeasured));
    for (const behind of [parts / 5, 100]) {
      const words = `${behind} parts behind`;
      rows.push(...rowsOf(words, await visits(behind, isQuick ? samplesQuick : samplesMeasured)));
    }
    const cold: Visit[] = [];
    for (let i = 0; i < (isQuick ? 1 : coldSamples); i++) {
      await pause(forgottenMs);
      cold.push(...(await visits(parts, 1)));
    }
    rows.push(
      row(
        `… nobody there before: all ${parts} parts there`,
        cold.map(({ all }) => all),
      ),
    );
    await end(everturn, id, () => openGate(stack.modelUrl, gate));
    return rows;
  },
};

/** Reads the answer as it is written, and returns the cursors of readers who had read less of it. */
async function readOnce(everturn: EverturnAddress, id: string, parts: number) {
  let cursor: string | null = null;
  const chat = watchChat(everturn, id, (frame) => void (cursor = cursorIn(frame) ?? cursor));
  await chat.next((frame) => seqIn(frame) === parts);
  chat.close();
  const newest = decodeCursor(id, cursor ?? undefined);
  if (newest?.episode == null) throw new Error("the reader was given no cursor within the answer");
  return (seq: number) => encodeCursor(id, { ...newest, seq });
}

interface Place {
  readonly id: string;
  readonly parts: number;
  /** Parts that the reader has. */
  readonly from: number;
  readonly cursor: string | null;
}

async function visit(everturn: EverturnAddress, place: Place): Promise<Visit> {
  const begunAt = now();
  let [firstAt, bytes] = [0, 0];
  const chat = watchChat(everturn, place, (frame, at) => {
    firstAt ||= at;
    bytes += Buffer.byteLength(frame) + "\n\n".length;
  });
  const allAt = await chat.next((frame) => seqIn(frame) === place.parts);
  chat.close();
  return {
    first: firstAt - begunAt,
    all: allAt - begunAt,
    bytes: bytes / textBytes(place.from, place.parts),
  };
}

/** The tokens after one number up to another: " t17". */
function textBytes(from: number, to: number): number {
  let bytes = 0;
  for (let number = from + 1; number <= to; number++) bytes += ` t${number}`.length;
  return bytes;
}

function rowsOf(words: string, visits: readonly Visit[]): Row[] {
  const of = (name: keyof Visit) => visits.map((one) => one[name]);
  // Near the end, most of what is sent is the state of the chat itself.
  const aims = words.startsWith("100 ") ? [] : bytesAims;
  return [
    row(`long answer, reader ${words}: first event`, of("first"), { aims: firstAims }),
    row("… all of it there", of("all")),
    row("… sent, to the text that was missing", of("bytes"), { unit: "× the bytes", aims }),
  ];
}

async function end(everturn: EverturnAddress, id: string, release: () => Promise<unknown>): Promise<void> {
  const chat = watchChat(everturn, id);
  const rest = chat.next(isRest);
  await post(everturn, `/v1/chats/${id}/interrupt`);
  await release();
  await rest;
  chat.close();
}
