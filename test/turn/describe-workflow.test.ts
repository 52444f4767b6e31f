// Tests: control flow of the workflow that describes chats, and that histories of every shape still replay.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESCRIBE, DESCRIBE_CHAT } from "../../workflows/contract.ts";
import { sendOdd } from "../support/odd/odd-signals.ts";
import { DESCRIBE_SHAPES, playDescribeShape, runDescription } from "../support/turn/describe-shapes.ts";
import { assertKeptHistoriesReplay } from "../support/turn/kept-histories.ts";
import { openTemporal, type TestTemporal, untilFailedInput } from "../support/turn/workflow-run.ts";

let temporal: TestTemporal;
before(async () => {
  temporal = await openTemporal();
});
after(() => temporal.close());

for (const name of Object.keys(DESCRIBE_SHAPES)) {
  test(`M2 the description of the shape "${name}" writes what it must, in order, and ends`, async () => {
    const { run, shape } = await playDescribeShape(temporal, name);
    assert.deepEqual(run.calls, shape.calls);
    assert.equal((await run.handle.describe()).status.name, "COMPLETED");
  });
}

test("X5 wishes that make no sense are ignored", async () => {
  const door = Promise.withResolvers<void>();
  const run = await runDescription(temporal, {
    wish: { turn_id: 1, title_version: 4, summary: false },
    writeTitle: () => door.promise.then(() => ({ type: "written" }) as const),
    during: async ({ handle }) => {
      await sendOdd(temporal, handle.workflowId, [DESCRIBE]);
      door.resolve();
    },
    calls: [],
  });
  assert.deepEqual(run.calls, ["title:4"]);
  assert.equal((await run.handle.describe()).status.name, "COMPLETED");
  assert.match(await untilFailedInput(temporal, DESCRIBE_CHAT, []), /input of describeChat.*chat_id/);
});

test("O4 kept histories of every shape of a description replay with today's workflows", async () => {
  await assertKeptHistoriesReplay(temporal, "descriptions/", Object.keys(DESCRIBE_SHAPES));
});
