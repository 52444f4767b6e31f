// Tests: whatever dies while a terminal is open, its shell goes on, and nothing of its output is lost or doubled.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { terminalWorkflowId } from "../../workflows/contract.ts";
import { killWorkers, onlyWorker } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { runningWorkspace, TerminalReader } from "../support/workspace/terminal-world.ts";

let everturn: Everturn;
let workspace: string;
let reader: TerminalReader;

before(async () => {
  everturn = await startEverturn({ env: { EVERTURN_TERMINAL_SLOTS: "1" } });
  workspace = await runningWorkspace(everturn);
  reader = await TerminalReader.open(everturn, workspace);
  await reader.type(
    'shell=$$; number=0; next() { number=$((number + 1)); echo "number $number of $shell"; }\r',
  );
  await next("number 1 of ");
});
after(() => everturn.stop());

async function next(words: string): Promise<void> {
  await reader.type("next\r");
  await reader.until(new RegExp(`\\r${words}\\d+\\r\\n`));
}

async function attemptInTemporal(): Promise<number> {
  const handle = everturn.temporal.workflow.getHandle(terminalWorkflowId(reader.id));
  const [activity] = (await handle.describe()).raw.pendingActivities ?? [];
  return activity?.attempt ?? 0;
}

/** All numbers are there, once, from one shell. */
function assertWhole(last: number): void {
  const found = [...reader.text.matchAll(/\rnumber (\d+) of (\d+)\r\n/g)];
  assert.deepEqual(
    found.map(([, number]) => Number(number)),
    Array.from({ length: last }, (_, at) => at + 1),
  );
  assert.equal(new Set(found.map(([, , shell]) => shell)).size, 1);
}

test("W5 killed under a terminal, the worker's successor finds the shell again: what was typed meanwhile arrives, too", async () => {
  await killWorkers(everturn);
  await reader.type("next\r");
  await everturn.startWorker();
  await reader.until(/\rnumber 2 of \d+\r\n/);
  await next("number 3 of ");
  assertWhole(3);
});

test("W5 a worker that ends in good order hands its terminals on", async () => {
  const leaving = await onlyWorker(everturn);
  await everturn.startWorker();
  assert.equal(await leaving.stop(), 0);
  await next("number 4 of ");
  assertWhole(4);
});

test("W5 a worker that was silent for so long that its terminal is another attempt's goes on with it when it wakes", async () => {
  const { pid } = await onlyWorker(everturn);
  const before = await attemptInTemporal();
  process.kill(pid, "SIGSTOP");
  try {
    await soon("Temporal gives it up", async () => (await attemptInTemporal()) > before);
  } finally {
    process.kill(pid, "SIGCONT");
  }
  // There is room for one: the attempt that was given up ends before the next one begins.
  await next("number 5 of ");
  assertWhole(5);
});

test("W5 killed under a terminal, the API's successor goes on where its reader was", async () => {
  await everturn.api.kill();
  await everturn.startApi();
  await next("number 6 of ");
  assertWhole(6);
});

test("W5 a terminal that nobody uses is ended after its time, one that somebody looks at is not", async () => {
  await everturn.pool.query("update workspace_terminals set used_at = now() - interval '20 minutes'");
  await soon("its reader marks it as used", async () => {
    const { rows } = await everturn.pool.query(
      "select from workspace_terminals where used_at > now() - interval '1 minute'",
    );
    return rows.length === 1;
  });
  await next("number 7 of ");
  await everturn.pool.query("update workspace_terminals set used_at = now() - interval '31 minutes'");
  assert.equal((await reader.end()).reason, "idle");
});
