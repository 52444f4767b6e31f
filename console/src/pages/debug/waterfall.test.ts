// The layout of a debug run over time.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DebugAttempt, DebugRunWithSteps, DebugStep } from "../parts/wire.ts";
import { layOut } from "./waterfall.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 10, 0, seconds)).toISOString();
const now = Date.parse(at(20));

function anAttempt(number: number, from: number, to: number | null): DebugAttempt {
  return {
    number,
    status: to === null ? "in_progress" : "completed",
    method: "POST",
    url: "http://model",
    request_headers: {},
    request_body: null,
    response_status: 200,
    response_headers: null,
    response_body: null,
    error: null,
    started_at: at(from),
    finished_at: to === null ? null : at(to),
  };
}

function aStep(number: number, attempts: readonly DebugAttempt[], to: number | null): DebugStep {
  const status = to === null ? "in_progress" : "completed";
  const started_at = attempts[0]?.started_at ?? at(0);
  const empty = { request: null, response: null, usage: null, error: null, metadata: null };
  return {
    ...empty,
    number,
    operation: "stream",
    status,
    attempts,
    started_at,
    finished_at: to === null ? null : at(to),
  };
}

function aRun(steps: readonly DebugStep[], to: number | null): DebugRunWithSteps {
  const summary = { steps: 0, attempts: 0, input_tokens: 0, output_tokens: 0, total_tokens: 0, error: null };
  const ids = { id: "run", trigger_message_id: 1, history_tip_message_id: 1, provider: "p", model: "m" };
  const status = to === null ? "in_progress" : "completed";
  return {
    ...ids,
    kind: "chat_turn",
    status,
    summary,
    steps,
    started_at: at(0),
    finished_at: to === null ? null : at(to),
  };
}

test("B4 steps and their attempts stand below each other, placed by time", () => {
  const steps = [aStep(1, [anAttempt(1, 0, 2), anAttempt(2, 3, 5)], 5), aStep(2, [anAttempt(1, 5, 10)], 10)];
  const { bars, total_ms } = layOut(aRun(steps, 10), now);
  assert.equal(total_ms, 10_000);
  assert.deepEqual(
    bars.map(({ key, start, width, duration_ms }) => [key, start, width, duration_ms]),
    [
      ["1", 0, 0.5, 5_000],
      ["1.1", 0, 0.2, 2_000],
      ["1.2", 0.3, 0.2, 2_000],
      ["2", 0.5, 0.5, 5_000],
      ["2.1", 0.5, 0.5, 5_000],
    ],
  );
});

test("B4 what still runs reaches to the present", () => {
  const { bars, total_ms } = layOut(aRun([aStep(1, [anAttempt(1, 10, null)], null)], null), now);
  assert.equal(total_ms, 20_000);
  assert.deepEqual(
    bars.map(({ start, width, isOpen }) => [start, width, isOpen]),
    [
      [0.5, 0.5, true],
      [0.5, 0.5, true],
    ],
  );
});

test("B4 an attempt that was recorded after its run's end still fits, and a run without steps is laid out", () => {
  const late = layOut(aRun([aStep(1, [anAttempt(1, 0, 12)], 10)], 10), now);
  assert.equal(late.total_ms, 12_000);
  assert.ok(late.bars.every(({ start, width }) => start + width <= 1));
  assert.deepEqual(layOut(aRun([], 0), now), {
    bars: [],
    total_ms: 1,
    ticks: [0, 0.2, 0.4, 0.6000000000000001, 0.8, 1],
  });
});

test("B4 the lines stand at round times, and there are few of them", () => {
  for (const seconds of [1, 3, 7, 10, 60, 599]) {
    const { ticks } = layOut(aRun([], seconds), now);
    assert.ok(ticks.length >= 3 && ticks.length <= 6, `${seconds} s: ${ticks.join(", ")}`);
  }
});
