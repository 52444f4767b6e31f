// Scenario: CPU time and transactions of a short turn, by process, in rounds that alternate with the bare workflow.
// Other load changes milliseconds far more than these numbers.
import { Client } from "pg";
import type { BenchStack } from "../bench-stack.ts";
import type { WatchedChat } from "../clients/everturn-client.ts";
import { now, pause } from "../clock.ts";
import { hasProcessCosts, noProcessCosts, startCpuMeter } from "../process-cost.ts";
import { notMeasured, type Row, row } from "../row.ts";
import type { Scenario } from "../scenario.ts";
import { openChat, turn } from "./turns-per-second.ts";

const rounds = 6;
const turnsPerRound = 60;
const roundsQuick = 2;
const turnsPerRoundQuick = 30;
/** Few: how turns delay each other is measured elsewhere. */
const atATime = 4;
const chats = 12;
/** A run ends a moment after its chat has come to rest. */
const settleMs = 300;
const NAMES = ["temporal", "worker", "api", "postgres"];

export const costOfATurn: Scenario = {
  name: "cost-of-a-turn",
  liveBus: "postgres",
  async run({ stack, everturn, isQuick }) {
    if (!hasProcessCosts) return [notMeasured("CPU of a turn", noProcessCosts)];
    const perRound = isQuick ? turnsPerRoundQuick : turnsPerRound;
    const rested = await Promise.all(Array.from({ length: chats }, () => openChat(everturn)));
    const watchedTurn = () => inARestedChat(rested, (chat) => turn(everturn, chat));
    const database = new Client({ connectionString: stack.databaseUrl });
    await database.connect();
    const measured: Cost[] = [];
    const floor: Cost[] = [];
    for (let i = 0; i < (isQuick ? roundsQuick : rounds); i++) {
      measured.push(await cost(perRound, watchedTurn, { stack, database }));
      floor.push(await cost(perRound, () => stack.bare.untilDone(), { stack, database }));
    }
    await database.end();
    for (const chat of rested) chat.close();
    return rowsOf(measured, floor);
  },
};

interface Cost {
  readonly cpuMs: ReadonlyMap<string, number>;
  readonly transactions: number;
}

async function cost(
  times: number,
  once: () => Promise<void>,
  { stack, database }: { readonly stack: BenchStack; readonly database: Client },
): Promise<Cost> {
  await pause(settleMs);
  const processes = stack.processes().filter(({ name }) => NAMES.includes(name));
  const before = await transactions(database);
  const meter = startCpuMeter(processes);
  const from = now();
  let left = times;
  const keepGoing = async () => {
    while (left-- > 0) await once();
  };
  await Promise.all(Array.from({ length: atATime }, keepGoing));
  await pause(settleMs);
  const msOfPercent = (now() - from) / 100 / times;
  const cpuMs = new Map([...meter.percentOfCore()].map(([name, percent]) => [name, percent * msOfPercent]));
  return { cpuMs, transactions: ((await transactions(database)) - before) / times };
}

async function transactions(database: Client): Promise<number> {
  // Postgres reports what other connections did at most once a second; this waits for it.
  await pause(1_100);
  const { rows } = await database.query<{ count: number }>(
    "select xact_commit::int as count from pg_stat_database where datname = current_database()",
  );
  return rows[0]?.count ?? 0;
}

async function inARestedChat(rested: WatchedChat[], work: (chat: WatchedChat) => Promise<void>) {
  const chat = rested.shift();
  if (chat === undefined) throw new Error("more turns at a time than chats");
  await work(chat);
  rested.push(chat);
}

function rowsOf(measured: readonly Cost[], floor: readonly Cost[]): Row[] {
  const cpu = (costs: readonly Cost[], names: readonly string[]) =>
    costs.map(({ cpuMs }) => names.reduce((sum, name) => sum + (cpuMs.get(name) ?? 0), 0));
  return [
    row("CPU of a short turn", cpu(measured, NAMES)),
    ...NAMES.map((name) => {
      const of = name === "temporal" ? { floor: cpu(floor, [name]) } : {};
      return row(`… ${name}`, cpu(measured, [name]), of);
    }),
    row(
      "… database transactions",
      measured.map((one) => one.transactions),
      { unit: "transactions" },
    ),
  ];
}
