// Tests: control flow of the workspace's workflow and of those that look at files for requests and attend terminals, and that histories of every shape
// still replay.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { TERMINAL, WISH_CHANGED, WORKSPACE } from "../../workflows/contract.ts";
import { sendOdd } from "../support/odd/odd-signals.ts";
import { assertKeptHistoriesReplay } from "../support/turn/kept-histories.ts";
import { openTemporal, type TestTemporal, untilFailedInput } from "../support/turn/workflow-run.ts";
import { FILE_CALL_SHAPES, playFileCallShape } from "../support/workspace/file-call-shapes.ts";
import { playTerminalShape, TERMINAL_SHAPES } from "../support/workspace/terminal-shapes.ts";
import { runWorkspace } from "../support/workspace/workspace-run.ts";
import { playWorkspaceShape, WORKSPACE_SHAPES } from "../support/workspace/workspace-shapes.ts";

let temporal: TestTemporal;
before(async () => {
  temporal = await openTemporal();
});
after(() => temporal.close());

for (const name of Object.keys(WORKSPACE_SHAPES)) {
  test(`W3 the life of the shape "${name}" calls what it must, in order, and ends`, async () => {
    const { run, shape } = await playWorkspaceShape(temporal, name);
    assert.deepEqual(withoutRepeats(run.calls), withoutRepeats(shape.calls));
    assert.equal((await run.handle.describe()).status.name, shape.ends ?? "COMPLETED");
  });
}

/** A local activity runs twice when a signal comes in its workflow task. */
function withoutRepeats(calls: readonly string[]): readonly string[] {
  return calls.filter((call, i) => call !== calls[i - 1]);
}

test("X5 signals that make no sense mean one more look at the workspace each, and no look follows from a look", async () => {
  const looksMax = 200;
  let isOver = false;
  const look = async () =>
    isOver
      ? ({ step: { type: "end" }, version: 2 } as const)
      : ({ step: { type: "wait", ms: 600_000 }, version: 1 } as const);
  const script = { steps: Array.from({ length: looksMax }, () => look) };
  const run = await runWorkspace(temporal, script, async (going) => {
    await sendOdd(temporal, going.handle.workflowId, [WISH_CHANGED]);
    isOver = true;
    await going.signal(2);
  });
  assert.ok(run.calls.length < looksMax, `${run.calls.length} looks`);
  assert.equal((await run.handle.describe()).status.name, "COMPLETED");
  assert.match(await untilFailedInput(temporal, WORKSPACE, []), /input of workspace.*workspace_id/);
});

test("O4 kept histories of every shape of a workspace replay with today's workflows", async () => {
  await assertKeptHistoriesReplay(temporal, "workspaces/", Object.keys(WORKSPACE_SHAPES));
});

for (const name of Object.keys(FILE_CALL_SHAPES)) {
  test(`C5 X5 a request for files of the shape "${name}" tries as often as it must, and ends`, async () => {
    const { run, shape } = await playFileCallShape(temporal, name);
    assert.deepEqual(
      run.calls,
      shape.tries.map(() => run.id),
    );
    assert.equal((await run.handle.describe()).status.name, shape.ends);
  });
}

test("O4 kept histories of requests for files, one of every shape, replay with today's workflow", async () => {
  await assertKeptHistoriesReplay(temporal, "workspace-files/", Object.keys(FILE_CALL_SHAPES));
});

for (const name of Object.keys(TERMINAL_SHAPES)) {
  test(`W5 X5 the run of a terminal of the shape "${name}" is attended as often as it must, and ends`, async () => {
    const { run, shape } = await playTerminalShape(temporal, name);
    assert.deepEqual(
      run.calls,
      shape.tries.map(() => run.id),
    );
    assert.equal((await run.handle.describe()).status.name, shape.ends);
  });
}

test("O4 kept histories of terminals of every shape replay with today's workflows", async () => {
  await assertKeptHistoriesReplay(temporal, "terminals/", Object.keys(TERMINAL_SHAPES));
  assert.match(await untilFailedInput(temporal, TERMINAL, []), /input of terminal.*terminal_id/);
});
