// Tests: a rolling deploy: builds of the worker whose contracts differ follow each other twice, and go back once, while turns run.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chatWorkflowId, DRAINED } from "../../workflows/contract.ts";
import type { Everturn } from "../support/everturn.ts";
import type { OtherBuild } from "../support/roles/other-build.ts";
import type { RunningRole } from "../support/roles/running-role.ts";
import { soon } from "../support/soon.ts";
import { type Play, Plays, SUMMARISER } from "./plays.ts";

const CLI = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

/** What an Everturn needs for it: short times, so that what waits for a lost build waits little. */
export const ROLLING_ENV = {
  EVERTURN_COMPACTION_MODEL: SUMMARISER,
  EVERTURN_SHUTDOWN_GRACE_MS: "4000",
  EVERTURN_BUILD_LOST_MS: "3000",
  EVERTURN_RECONCILE_AFTER_MS: "30000",
};

export interface RollInput {
  readonly everturn: Everturn;
  readonly other: OtherBuild;
  /** Chats of each kind that are in mid-answer at each change. */
  readonly copies: number;
  readonly say: (line: string) => void;
}

export interface RollReport {
  readonly chats: number;
  readonly turns: number;
  readonly runs: number;
  readonly handed_over: number;
  readonly begun_again: number;
  readonly builds: ReadonlySet<string>;
  /** What was broken, by chat; empty if every promise was kept. */
  readonly faults: readonly string[];
}

export async function rollBuilds(input: RollInput): Promise<RollReport> {
  const roll = new Roll(input);
  await roll.plays.prepare();
  const a = await roll.start("a");
  const one = await roll.begin("one");
  const b = await roll.start("b", input.other.cli);
  await roll.change(one, () => stopInOrder(a));
  const two = await roll.begin("two");
  const c = await roll.start("c");
  await roll.change(two, () => stopInOrder(b));
  const three = await roll.begin("three");
  await roll.start("b", input.other.cli);
  const before = await roll.listed();
  assert.deepEqual(
    [before["b"], before["c"]],
    ["drained 1", "current 1"],
    "an older build takes nothing back",
  );
  assert.match(await roll.command("workers", "promote", "b"), /^b is current/);
  await roll.change(three, () => c.kill());
  const four = await roll.begin("four");
  roll.plays.release(four);
  const report = await roll.report([...one, ...two, ...three, ...four]);
  await soon("the builds that are left are drained", async () => {
    const now = await roll.listed();
    return now["a"] === "drained 0" && now["b"] === "current 1" && now["c"] === "drained 0";
  });
  return report;
}

/** SIGTERM, as a deploy does, within its grace. */
async function stopInOrder(old: RunningRole): Promise<void> {
  assert.equal(await old.stop(), 0);
}

interface ListedBuild {
  readonly build: string;
  readonly state: string;
  readonly workers: number;
}

class Roll {
  readonly plays: Plays;
  readonly #input: RollInput;
  #changes = 0;

  constructor(input: RollInput) {
    this.#input = input;
    this.plays = new Plays(input.everturn);
  }

  start(id: string, cli?: string): Promise<RunningRole> {
    this.#input.say(`a worker of build ${id} starts`);
    return this.#input.everturn.startWorker({ EVERTURN_BUILD_ID: id }, cli);
  }

  async begin(phase: string): Promise<Play[]> {
    const plays = await this.plays.beginAll(phase, this.#input.copies);
    this.#input.say(`${plays.length} chats are in mid-answer`);
    return plays;
  }

  /** Every other one goes on while both builds serve, asked to hand over, and the rest when the old one is gone. */
  async change(plays: readonly Play[], endOld: () => Promise<unknown>): Promise<void> {
    const asked = plays.map(({ chat }) =>
      soon("the run is asked to hand over", () => this.#isAsked(chat.id)),
    );
    await Promise.all(asked);
    const first = this.#changes++ % 2;
    this.plays.release(plays.filter((_play, at) => at % 2 === first));
    await endOld();
    this.#input.say("the older build is gone");
    this.plays.release(plays);
  }

  async #isAsked(chatId: string): Promise<boolean> {
    const handle = this.#input.everturn.temporal.workflow.getHandle(chatWorkflowId(chatId));
    const { events } = await handle.fetchHistory();
    return (events ?? []).some(
      (event) => event.workflowExecutionSignaledEventAttributes?.signalName === DRAINED,
    );
  }

  async command(...args: string[]): Promise<string> {
    const { env } = this.#input.everturn;
    return (await promisify(execFile)(process.execPath, [CLI, ...args], { env })).stdout;
  }

  /** State and number of workers, by build. */
  async listed(): Promise<Record<string, string>> {
    const rows: ListedBuild[] = JSON.parse(await this.command("workers", "--json"));
    return Object.fromEntries(rows.map(({ build, state, workers }) => [build, `${state} ${workers}`]));
  }

  async report(plays: readonly Play[]): Promise<RollReport> {
    const ends = await Promise.allSettled(plays.map((play) => this.plays.assertPlayed(play)));
    const runs = ends.flatMap((end) => (end.status === "fulfilled" ? end.value : []));
    const faults = ends.flatMap((end, at) =>
      end.status === "rejected" ? [`${plays[at]?.chat.id}: ${String(end.reason)}`] : [],
    );
    return {
      chats: plays.length,
      turns: plays.reduce((sum, { turns }) => sum + turns, 0),
      runs: runs.length,
      handed_over: runs.filter(({ end }) => end === "handed over").length,
      begun_again: runs.filter(({ end }) => end === "TERMINATED").length,
      builds: new Set(runs.flatMap(({ builds }) => builds)),
      faults,
    };
  }
}
