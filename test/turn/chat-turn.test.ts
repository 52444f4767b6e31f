// Tests: control flow of the turn workflow, and that histories of every shape still replay.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { WorkflowFailedError } from "@temporalio/client";
import { ApplicationFailure } from "@temporalio/common";
import { CHAT_SIGNALS, CHAT_TURN } from "../../workflows/contract.ts";
import { sendOdd } from "../support/odd/odd-signals.ts";
import { assertKeptHistoriesReplay } from "../support/turn/kept-histories.ts";
import { playShape, SHAPES } from "../support/turn/turn-shapes.ts";
import { openTemporal, runTurn, type TestTemporal, untilFailedInput } from "../support/turn/workflow-run.ts";

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

test("X1 a wait before a retry says which of how many it is, when, and why", async () => {
  const { run } = await playShape(temporal, "retry");
  const { events } = await run.handle.fetchHistory();
  const timer = events?.find((event) => event.timerStartedEventAttributes != null);
  const summary = Buffer.from(timer?.userMetadata?.summary?.data ?? "").toString();
  assert.match(JSON.parse(summary), /^retry 1 of 25 at \d\d:\d\d:\d\d UTC: overloaded \(529\)$/);
});

test("X5 a bug in an activity ends the turn in error, not in an open run", async () => {
  const bug = ApplicationFailure.nonRetryable("TypeError: x is undefined", "Bug");
  const end = { type: "error", why: "generic", status_code: null } as const;
  const crashed = { type: "ended", status: "error", snapshot_version: 9, end } as const;
  const run = await runTurn(temporal, { callModel: [bug], recordCrash: [crashed] });
  assert.deepEqual(run.calls, ["callModel:1", "recordCrash:1"]);
  assert.equal((await run.handle.describe()).status.name, "FAILED");
});

/** How the first run of a shape stands in Temporal's list. */
async function firstRun(name: string) {
  const { run } = await playShape(temporal, name);
  const { status, searchAttributes } = await run.first.describe();
  const failure = await run.first.result().then(
    (result: unknown) => ({ result }),
    (error: unknown) => ({ cause: error instanceof WorkflowFailedError ? error.cause : undefined }),
  );
  return { status: status.name, outcome: searchAttributes["EverturnOutcome"], ...failure };
}

test("X4 a turn that ends in an error fails its run: the kind is its type, and words stand there only where they may", async () => {
  const { status, outcome, ...end } = await firstRun("error");
  assert.deepEqual([status, outcome], ["FAILED", ["error"]]);
  const cause = "cause" in end ? end.cause : undefined;
  assert.ok(cause instanceof ApplicationFailure);
  assert.deepEqual([cause.type, cause.message, cause.nonRetryable], ["rate_limit", "rate limit (429)", true]);
  const told = await firstRun("error-in-words");
  assert.equal("cause" in told && told.cause?.message, "The key is wrong.");
});

test("X4 Q6 a message sent after the error was committed is answered: the run goes on, and its attribute says error", async () => {
  const { status, outcome } = await firstRun("sent-after-an-error");
  assert.deepEqual([status, outcome], ["CONTINUED_AS_NEW", ["error"]]);
});

test("I1 an interrupted turn says so, with its run completed or continued", async () => {
  const { status, outcome, ...end } = await firstRun("interrupted");
  assert.deepEqual([status, outcome], ["COMPLETED", ["interrupted"]]);
  const result = { status: "waiting", why: "interrupted", steps: 1, tokens: 7 };
  assert.deepEqual("result" in end && end.result, result);
  const promoted = await firstRun("interrupted-promoted");
  assert.deepEqual([promoted.status, promoted.outcome], ["CONTINUED_AS_NEW", ["interrupted"]]);
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

test("I2 a stop waits for calls that a worker has begun, however long, and for no others", async () => {
  const [asked, begun, waiting] = [0, 1, 2].map(() => Promise.withResolvers<void>());
  const calls = [
    { tool_call_id: "c1", tool_name: "grep" },
    { tool_call_id: "c2", tool_name: "list_dir" },
  ];
  const step = { type: "run-tools", calls } as const;
  const script = {
    callModel: [{ type: "next", step, snapshot_version: 3 }],
    runTool: async (name: string) => (name === "grep" ? begun : waiting)?.promise,
    findBegunCalls: async () => (asked?.resolve(), ["c1"]),
    settleTools: [{ type: "ended", status: "waiting", snapshot_version: 5 }],
  } as const;
  const run = await runTurn(temporal, script, async (running) => {
    await running.signal("interrupted", 2);
    await asked?.promise;
    begun?.resolve();
    await running.handle.result();
    waiting?.resolve();
  });
  assert.deepEqual(
    run.calls.filter((call) => !call.startsWith("runTool")),
    ["callModel:1", "findBegunCalls:1", "settleTools:1"],
  );
  const { events } = await run.handle.fetchHistory();
  const completed = events?.filter((event) => event.activityTaskCompletedEventAttributes != null);
  assert.equal(completed?.length, 2, "the model call and the call that was begun");
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
  await assertKeptHistoriesReplay(temporal, ".", Object.keys(SHAPES));
});
