// Tests: Postgres or Temporal is away in the middle of a terminal. The shell lives on, nothing of its output is lost or doubled, what
// is accepted while typing arrives once, and the reader comes back.
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { EverturnError } from "../../../client/index.ts";
import { createPool, type Pool } from "../../../store/database.ts";
import { terminalWorkflowId } from "../../../workflows/contract.ts";
import { testTemporalAddress } from "../../support/database.ts";
import { type Everturn, startEverturn } from "../../support/everturn.ts";
import { type OwnPostgres, startOwnPostgres } from "../../support/server/own-servers.ts";
import { type NetworkState, TcpProxy } from "../../support/server/tcp-proxy.ts";
import { soon } from "../../support/soon.ts";
import { runningWorkspace, TerminalReader } from "../../support/workspace/terminal-world.ts";

let postgres: OwnPostgres;
let database: TcpProxy;
let temporal: TcpProxy;
/** Past the proxy. */
let direct: Pool;
let everturn: Everturn;
let reader: TerminalReader;
/** Of the workspace, on this machine. */
let files: string;

before(async () => {
  postgres = await startOwnPostgres();
  database = await TcpProxy.to(postgres.url);
  temporal = await TcpProxy.to(`http://${testTemporalAddress()}`);
  direct = createPool(postgres.url, 2);
  everturn = await startEverturn({
    databaseUrl: postgres.url,
    env: {
      DATABASE_URL: database.through(postgres.url),
      TEMPORAL_ADDRESS: new URL(temporal.through(`http://${testTemporalAddress()}`)).host,
      EVERTURN_DATABASE_TIMEOUT_MS: "2000",
    },
  });
  const workspace = await runningWorkspace(everturn);
  reader = await TerminalReader.open(everturn, workspace);
  files = join(everturn.workspacesDir, workspace, "files");
  await reader.type('count=0; number() { echo "number $((count += 1)) of $$"; }\r');
  await typeNumber();
  await assertWhole();
});

after(async () => {
  await everturn.stop();
  database.close();
  temporal.close();
  await direct.end();
  await postgres.close();
});

const numbers = () => [...reader.text.matchAll(/number (\d+) of (\d+)\r\n/g)];
let last = 0;

/** One shell has printed all numbers once, in their order, and the reader got every byte once. */
async function assertWhole(): Promise<void> {
  await soon(`number ${last}`, () => numbers().some(([, number]) => Number(number) === last));
  assert.deepEqual(
    numbers().map(([, number]) => Number(number)),
    Array.from({ length: last }, (_, at) => at + 1),
  );
  assert.equal(new Set(numbers().map(([, , shell]) => shell)).size, 1);
  const ends = [0, ...reader.ranges.map(({ to }) => to)];
  assert.deepEqual(
    reader.ranges.map(({ from }) => from),
    ends.slice(0, -1),
  );
}

/** Typed again until it is taken: nothing of what was refused arrives. */
async function typeNumber(): Promise<void> {
  await soon("it is taken", async () => (await typed("number\r")) === "taken");
  last += 1;
}

async function typed(text: string): Promise<string> {
  try {
    await reader.type(text);
    return "taken";
  } catch (error) {
    assert.ok(error instanceof EverturnError, String(error));
    return `${error.status} ${error.code}`;
  }
}

/** As Temporal counts them. */
async function attempt(): Promise<number> {
  const handle = everturn.temporal.workflow.getHandle(terminalWorkflowId(reader.id));
  const [activity] = (await handle.describe()).raw.pendingActivities ?? [];
  return activity?.attempt ?? 0;
}

async function attemptThatHolds(): Promise<number> {
  const { rows } = await direct.query("select attempt from workspace_terminals where id = $1", [reader.id]);
  return rows[0].attempt;
}

const later = (before: number, now: () => Promise<number>) =>
  soon("another attempt", async () => (await now()) > before);

for (const state of ["cut", "refuse", "stall", "blackhole"] as const satisfies readonly NetworkState[]) {
  test(`X8 W5 Postgres is away (${state}) under a terminal: its shell prints on, and the reader gets all of it once`, async (context) => {
    context.after(() => database.set("pass"));
    const before = await attempt();
    await reader.type(
      `for each in 1 2 3 4 5; do number; until [ -e ${state}-$each ]; do sleep 0.1; done; done; touch ${state}-all\r`,
    );
    const release = (each: number) => writeFileSync(join(files, `${state}-${each}`), "");
    last += 1;
    await assertWhole();
    await database.set(state);
    for (const each of [1, 2, 3, 4, 5]) release(each);
    await soon("it has printed", () => existsSync(join(files, `${state}-all`)));
    await later(before, attempt);
    assert.equal(await typed(": refused\r"), "503 unavailable");
    await database.set("pass");
    last += 4;
    await assertWhole();
    await typeNumber();
    await assertWhole();
  });
}

for (const state of ["cut", "refuse"] as const satisfies readonly NetworkState[]) {
  test(`X8 W5 Temporal is away (${state}) under a terminal: typing goes on, and the next attempt finds the shell`, async (context) => {
    context.after(() => temporal.set("pass"));
    const [given, holds] = [await attempt(), await attemptThatHolds()];
    await temporal.set(state);
    await typeNumber();
    await assertWhole();
    await later(given, attempt);
    await typeNumber();
    await assertWhole();
    await temporal.set("pass");
    await later(holds, attemptThatHolds);
    await typeNumber();
    await assertWhole();
  });
}
