// Scenario: the worker that writes an answer is killed, alone and beside a second worker. How long is it until the answer goes on?
import { randomUUID } from "node:crypto";
import pg from "pg";
import { rolePlan } from "../../dev/part/everturn-parts.ts";
import type { Script } from "../clients/demo-client.ts";
import { createChat, watchChat } from "../clients/everturn-client.ts";
import { isRest, partIn } from "../clients/frames.ts";
import { now } from "../clock.ts";
import { type Row, row } from "../row.ts";
import type { Scenario, Surroundings } from "../scenario.ts";

const samplesMeasured = 20;
const samplesQuick = 4;
/** About eight seconds of writing: the answer must not end before the next worker has it. */
const parts = 480;
const rate = 60;
const killedAfterParts = 40;
/** Kills fall between two checkpoints, at another place each time. */
const killStepParts = 7;
const SHUTDOWN_GRACE_MS = 5_000;
/** Of SPEC O10. */
const besideOthersMaxMs = 500;
const aloneMaxMs = 2_500;

export const gapAfterKill: Scenario = {
  name: "gap-after-kill",
  liveBus: "postgres",
  async run(around) {
    const count = around.isQuick ? samplesQuick : samplesMeasured;
    const database = new pg.Client({ connectionString: around.stack.databaseUrl });
    await database.connect();
    try {
      const alone = await measure(around, database, count);
      const second = await around.stack.start({
        ...rolePlan("worker", { env: around.stack.env, shutdownGraceMs: SHUTDOWN_GRACE_MS }),
        name: "second-worker",
      });
      const beside = await measure(around, database, count);
      await second.stop();
      return [
        gapRow("gap after a kill, beside a second worker", beside, besideOthersMaxMs),
        gapRow("gap after a kill, until the only worker is back", alone, aloneMaxMs),
      ];
    } finally {
      await database.end();
    }
  },
};

function gapRow(what: string, gaps: readonly number[], maxMs: number): Row {
  return row(what, gaps, { aims: [{ type: "at-most", of: "p50", value: maxMs }] });
}

async function measure(around: Surroundings, database: pg.Client, count: number): Promise<number[]> {
  const gaps: number[] = [];
  for (let i = 0; i < count; i++)
    gaps.push(await gapOf(around, database, killedAfterParts + ((i * killStepParts) % rate)));
  return gaps;
}

/** From the kill to the first part of the next attempt at the reader. */
async function gapOf({ everturn }: Surroundings, database: pg.Client, killedAfter: number): Promise<number> {
  const script: Script = { key: randomUUID(), parts, rate };
  const begun = Promise.withResolvers<void>();
  const again = Promise.withResolvers<number>();
  let [episode, shown] = ["", ""];
  const chatId = await createChat(everturn, script);
  const chat = watchChat(everturn, chatId, (frame, at) => {
    const part = partIn(frame);
    if (part === null) return;
    if (episode === "") episode = part.episode;
    if (part.episode !== episode) again.resolve(at);
    else shown += part.text;
    if (shown.includes(`t${killedAfter} `)) begun.resolve();
  });
  const rest = chat.next(isRest);
  await begun.promise;
  const pid = await pidOfWorker(database, chatId);
  const killedAt = now();
  process.kill(pid, "SIGKILL");
  const gap = (await again.promise) - killedAt;
  await rest;
  chat.close();
  return gap;
}

/** Of the worker that writes the chat's answer: its identity begins with it. */
async function pidOfWorker(database: pg.Client, chatId: string): Promise<number> {
  const { rows } = await database.query<{ identity: string }>(
    `select identity from workers w join chats c on c.attempt_worker_id = w.id where c.id = $1`,
    [chatId],
  );
  return Number.parseInt(rows[0]?.identity ?? "", 10);
}
