// Tests: what must hold whatever dies (SPEC, last section): sixty turns of many chats, read by many readers, while workers,
// APIs, Postgres, Temporal, their connections and their readers die, all drawn from one seed. `npm run chaos` makes longer ones.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { Invariant } from "./check/finding.ts";
import { FAULT_KINDS } from "./plan/plan.ts";
import { type ChaosReport, renderReport } from "./report/report.ts";
import { runChaos } from "./run-chaos.ts";

/** Sixty turns of it have nearly every kind of round. */
const SEED = 20_264_433;
const TURNS = 60;

let report: ChaosReport;
before(async () => {
  const say = () => undefined;
  report = await runChaos({ seed: SEED, turns: TURNS, faults: FAULT_KINDS, keep: false, say });
});

function assertHeld(invariant: Invariant): void {
  const broken = report.findings.filter((finding) => finding.invariant === invariant);
  assert.deepEqual(broken, [], renderReport(report));
}

test("in a run of sixty turns every kind of fault happens, and the run comes to its end", () => {
  assertHeld(0);
  assert.deepEqual(Object.keys(report.faults).toSorted(), [...FAULT_KINDS].toSorted());
  const { counts } = report;
  const { messages_accepted, chats_left_out, parts, connections, readers, runs, replayed } = counts;
  // Without a sandbox the chats that run commands are left out.
  assert.ok(chats_left_out > 0 || messages_accepted >= TURNS, renderReport(report));
  assert.ok(
    counts.forks > 0 &&
      counts.compactions > 0 &&
      counts.mcp_calls > 0 &&
      counts.calls_answered > 0 &&
      counts.subagents > 0,
    renderReport(report),
  );
  assert.ok(parts > 0 && connections > readers && replayed === runs, renderReport(report));
});

test("whatever dies, an accepted message is neither lost nor answered twice", () => assertHeld(1));

test("whatever dies, a chat has at most one open turn, and no two write at once", () => assertHeld(2));

test("whatever dies, every turn ends, and each run in good order", () => assertHeld(3));

test("whatever dies, each reader ends with what is stored, byte for byte, and nothing was shown twice", () =>
  assertHeld(4));

test("whatever dies, a tool call has one result and its command ran at most once", () => assertHeld(5));

test("whatever dies, no chat stays busy without a workflow, and nothing of work in flight is left", () =>
  assertHeld(6));

test("whatever dies, every history replays as it was", () => assertHeld(7));
