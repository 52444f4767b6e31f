// Tests what stops an agent that goes in circles.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, ToolCallPart, ToolResultPart } from "../part/part.ts";
import type { FinishReason } from "./message.ts";
import { type CalledStep, cutCall, decideBrake, timesInARow, withRepeatNotices } from "./turn-brake.ts";

const created_at = "2026-11-20T10:00:00Z";
const never = () => false;
const usage = { output_tokens: 4096 } as CalledStep["answer"]["usage"];
let ids = 0;

interface Made {
  readonly name?: string;
  readonly args?: JsonObject;
  readonly result?: JsonObject;
  readonly finish?: FinishReason;
}

function aStep({ name = "probe", args = { a: 1, b: [2] }, result = { out: "x" }, finish }: Made = {}) {
  const tool_call_id = `c${++ids}`;
  const call: ToolCallPart = { type: "tool-call", tool_call_id, tool_name: name, args, created_at };
  const answered: ToolResultPart = {
    type: "tool-result",
    tool_call_id,
    tool_name: name,
    result,
    is_error: false,
    created_at,
  };
  const answer = { content: [call], finish_reason: finish ?? "tool_calls", usage } as const;
  return { answer, results: [answered], call, result: answered };
}

const steps = (count: number, made: Made = {}) => Array.from({ length: count }, () => aStep(made));

/** What the model is told about its newest call. */
function noticeOf(newest: ReturnType<typeof aStep>, earlier: readonly CalledStep[], polls = never): unknown {
  const [noticed] = withRepeatNotices([newest.call], [newest.result], { earlier, polls });
  const result = noticed?.result;
  return typeof result === "object" && result !== null && "notice" in result ? result.notice : undefined;
}

test("L15 the fifth equal call with an equal result in a row gets a result that says so", () => {
  assert.equal(noticeOf(aStep(), steps(3)), undefined);
  assert.match(String(noticeOf(aStep(), steps(4))), /5 times in a row/);
  assert.match(String(noticeOf(aStep(), steps(8))), /9 times in a row/);
});

test("L15 arguments in another order, other times and our own notice do not make it another call", () => {
  const earlier = [
    ...steps(2, { args: { b: [2], a: 1 } }),
    ...steps(2, { result: { out: "x", duration_ms: 7, process_id: "p", notice: "5 times" } }),
  ];
  assert.match(String(noticeOf(aStep(), earlier)), /5 times in a row/);
});

test("L15 another call, other arguments or another result in between starts the count again", () => {
  for (const other of [
    { name: "other" },
    { args: { a: 2 } },
    { result: { out: "y" } },
    { result: { x: 1, out: "x" } },
  ]) {
    const earlier = [...steps(3), aStep(other), ...steps(9)];
    const { call, result } = aStep();
    assert.equal(timesInARow(call, result, earlier), 4);
  }
});

test("L15 the tenth in a row ends the turn with an explanation, unless the tool is meant to be called repeatedly", () => {
  assert.equal(decideBrake(steps(9), never), null);
  const brake = decideBrake(steps(10), never);
  assert.equal(brake?.reason, "other");
  assert.match(brake?.note ?? "", /probe was called 10 times in a row/);
  assert.equal(
    decideBrake(steps(10), () => true),
    null,
  );
  assert.equal(
    noticeOf(aStep(), steps(9), () => true),
    undefined,
  );
});

test("L14 the call at the end of an answer that the output limit ended is the one that was cut", () => {
  const cut = aStep({ finish: "length" });
  assert.equal(cutCall(cut.answer), cut.call);
  assert.equal(cutCall(aStep().answer), null);
  const text = { type: "text", text: "and then" } as const;
  assert.equal(cutCall({ ...cut.answer, content: [cut.call, text] }), null);
  const served = { ...cut.call, provider_executed: true };
  assert.equal(cutCall({ ...cut.answer, content: [served] }), null);
});

test("L14 three cut calls in a row end the turn with an explanation; two do not, nor do three with another step in between", () => {
  const cut = (count: number) =>
    steps(count, { finish: "length" }).map((step, i) => ({
      ...step,
      results: aStep({ args: { i } }).results,
    }));
  assert.equal(decideBrake(cut(2), never), null);
  assert.equal(decideBrake([...cut(2), aStep(), ...cut(1)], never), null);
  const brake = decideBrake(cut(3), never);
  assert.equal(brake?.reason, "length");
  assert.match(brake?.note ?? "", /3 answers in a row were cut at 4096 output tokens/);
});
