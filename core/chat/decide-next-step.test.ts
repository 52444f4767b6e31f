import assert from "node:assert/strict";
import { test } from "node:test";
import { decideNextStep, type NextStep, type TurnView } from "./decide-next-step.ts";

const limits = { steps_max: 1200, compaction_threshold_percent: 70 };
const idle: TurnView = {
  open_local_calls: [],
  client_wait: null,
  unsettled_calls: 0,
  compaction_requested: null,
  stopped_by_tool: false,
  answered: null,
  brake: null,
  steps: 0,
  context_persisted: true,
  context_usage_percent: null,
  just_compacted: false,
};
const wait = { type: "await-client", tool_call_ids: ["c2"], deadline_ms: 5 } as const;
const call = { tool_call_id: "c1", tool_name: "grep" };
/** Everything that could happen next at once. Each row turns off the rule that won in the row before. */
const crowded: TurnView = {
  ...idle,
  open_local_calls: [call],
  client_wait: wait,
  unsettled_calls: 1,
  compaction_requested: "manual",
  stopped_by_tool: true,
  answered: "stop",
  brake: { reason: "other", note: "in circles" },
  steps: 1200,
  context_persisted: false,
  context_usage_percent: 90,
};

test("L3 the order of decisions is: wait, local calls, results to commit, manual compaction, stop tool, complete, brake, limit, context, threshold, model", () => {
  const order: [Partial<TurnView>, NextStep][] = [
    [{}, wait],
    [{ client_wait: null }, { type: "run-tools", calls: [call] }],
    [{ open_local_calls: [] }, { type: "run-tools", calls: [] }],
    [{ unsettled_calls: 0 }, { type: "compact", source: "manual" }],
    [{ compaction_requested: null }, { type: "finish", reason: "tool_calls" }],
    [{ stopped_by_tool: false }, { type: "finish", reason: "stop" }],
    [{ answered: null }, { type: "finish", reason: "other", note: "in circles" }],
    [{ brake: null }, { type: "finish", reason: "max_steps" }],
    [{ steps: 1199 }, { type: "persist-context" }],
    [{ context_persisted: true }, { type: "compact", source: "automatic" }],
    [{ context_usage_percent: 69 }, { type: "call-model" }],
  ];
  let view = crowded;
  for (const [change, expected] of order) {
    view = { ...view, ...change };
    assert.deepEqual(decideNextStep(view, limits), expected);
  }
});

test("K2 a threshold of 100 switches automatic compaction off", () => {
  const full = { ...idle, context_usage_percent: 100 };
  assert.equal(decideNextStep(full, { ...limits, compaction_threshold_percent: 100 }).type, "call-model");
  assert.equal(decideNextStep(full, limits).type, "compact");
});

test("X3 a prompt that the provider refused as too long is compacted whatever the threshold says", () => {
  const refused: TurnView = { ...idle, compaction_requested: "overflow" };
  const off = { ...limits, compaction_threshold_percent: 100 };
  assert.deepEqual(decideNextStep(refused, off), { type: "compact", source: "overflow" });
});

test("K5 right after a compaction there is no other one: the turn continues, or ends if it is over the limit", () => {
  const after = (percent: number) =>
    decideNextStep({ ...idle, context_usage_percent: percent, just_compacted: true }, limits).type;
  assert.deepEqual([69, 70, 100, 101].map(after), ["call-model", "call-model", "call-model", "overflow"]);
});
