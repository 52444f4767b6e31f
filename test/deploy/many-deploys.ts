// A rolling deploy with many turns, on a Postgres and a Temporal of its own: `npm run chaos -- --deploys [--turns N]`.
import { startEverturn } from "../support/everturn.ts";
import { makeOtherBuild } from "../support/roles/other-build.ts";
import { startOwnPostgres, startOwnTemporal } from "../support/server/own-servers.ts";
import { ROLLING_ENV, type RollReport, rollBuilds } from "./roll-builds.ts";

/** Of one chat of each kind at each of the four changes. */
const TURNS_PER_COPY = 32;

/** True if every promise was kept. */
export async function manyDeploys(turns: number, say: (line: string) => void): Promise<boolean> {
  const [postgres, temporal, other] = await Promise.all([
    startOwnPostgres(),
    startOwnTemporal(),
    makeOtherBuild(),
  ]);
  const everturn = await startEverturn({
    workers: 0,
    databaseUrl: postgres.url,
    temporalAddress: temporal.address,
    env: ROLLING_ENV,
  });
  const startedAt = performance.now();
  try {
    const copies = Math.max(1, Math.ceil(turns / TURNS_PER_COPY));
    const report = await rollBuilds({ everturn, other, copies, say: (line) => say(`  ${line}`) });
    process.stdout.write(render(report, Math.round((performance.now() - startedAt) / 1_000)));
    return report.faults.length === 0;
  } finally {
    await everturn.stop();
    await Promise.all([postgres.close(), temporal.close(), other.remove()]);
  }
}

function render(report: RollReport, seconds: number): string {
  const { chats, turns, runs, handed_over, begun_again, builds, faults } = report;
  const lines = [
    `${turns} turns of ${chats} chats in ${seconds} s, on the builds ${[...builds].toSorted().join(", ")}`,
    `${runs} runs: ${handed_over} handed over, ${begun_again} begun again`,
    `${faults.length} chats with a fault`,
    ...faults,
  ];
  return `\n${lines.map((line) => `  ${line}`).join("\n")}\n`;
}
