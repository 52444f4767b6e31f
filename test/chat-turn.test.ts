// Tests: control flow of the turn workflow, and that histories of every shape still replay.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { ApplicationFailure } from "@temporalio/common";
import proto from "@temporalio/proto";
import { Worker } from "@temporalio/worker";
import { CHAT_SIGNALS, CHAT_TURN } from "../workflows/contract.ts";
import { sendOdd } from "./support/odd-signals.ts";
import { playShape, SHAPES } from "./support/turn-shapes.ts";
import { openTemporal, runTurn, type TestTemporal, untilFailedInput } from "./support/workflow-run.ts";

const HISTORIES = new URL("histories/", import.meta.url);

let temporal: TestTemporal;
before(async () => {
  temporal = await openTemporal();
});
after(() => temporal.close());

for (const name of Object.keys(SHAPES)) {
  test(`L1 the turn of the shape "${name}" calls what it must, in order, and ends`, async () => {
    const { run, shape } = await playShape(temporal, name);
    // Tools of a step run side by side: their order among themselves is no promise.
    const inOrder = (calls: readonly string[]) =>
      [...calls].sort((a, b) => order(a) - order(b) || a.localeCompare(b));
    const order = (call: string) => (call.startsWith("runTool") ? 0 : 1);
    assert.deepEqual(inOrder(run.calls), inOrder(shape.calls));
    assert.deepEqual(
      run.calls.filter((call) => !call.startsWith("runTool")),
      shape.calls.filter((call) => !call.startsWith("runTool")),
    );
  });
}

test("L1 a turn without tools takes 12 history events", async () => {
  const { run } = await playShape(temporal, "text");
  const { events } = await run.handle.fetchHistory();
  assert.equal(events?.length, 12);
});

test("X5 a bug in an activity ends the turn in error, not in an open run", async () => {
  const bug = ApplicationFailure.nonRetryable("TypeError: x is undefined", "Bug");
  const crashed = { type: "ended", status: "error", snapshot_version: 9 } as const;
  const run = await runTurn(temporal, { callModel: [bug], recordCrash: [crashed] });
  assert.deepEqual(run.calls, ["callModel:1", "recordCrash:1"]);
  assert.equal((await run.handle.describe()).status.name, "COMPLETED");
});

test("X5 signals that make no sense mean one more look: none fails the run's workflow tasks, stops the turn or keeps it looking", async () => {
  const door = Promise.withResolvers<void>();
  const ended = { type: "ended", status: "waiting", snapshot_version: 5 } as const;
  const script = { callModel: [() => door.promise.then(() => ended), ended] };
  const run = await runTurn(temporal, script, async ({ handle }) => {
    await sendOdd(temporal, handle.workflowId, CHAT_SIGNALS);
    door.resolve();
  });
  assert.deepEqual(run.calls, ["callModel:1", "callModel:1"]);
  assert.equal((await run.handle.describe()).status.name, "COMPLETED");
});

test("X5 a run begun without an input, or with half of one, fails in words instead of trying for ever", async () => {
  assert.match(
    await untilFailedInput(temporal, CHAT_TURN, []),
    /input of chatTurn.*chat_id.*heartbeat_timeout_ms/,
  );
  assert.match(
    await untilFailedInput(temporal, CHAT_TURN, [{ chat_id: "c", turn_id: 1e99 }]),
    /owner_id, turn_id/,
  );
});

test("O4 kept histories of every shape replay with today's workflows", async () => {
  const files = (await readdir(HISTORIES)).filter((file) => file.endsWith(".json"));
  assert.deepEqual(files.map((file) => file.replace(".json", "")).sort(), Object.keys(SHAPES).sort());
  for (const file of files) {
    const history = proto.temporal.api.history.v1.History.fromObject(
      JSON.parse(await readFile(new URL(file, HISTORIES), "utf8")),
    );
    await Worker.runReplayHistory({ workflowBundle: temporal.bundle }, history, `chat-${file}`);
  }
});
