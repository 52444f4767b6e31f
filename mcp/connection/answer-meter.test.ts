import assert from "node:assert/strict";
import { test } from "node:test";
import { AnswerMeter } from "./answer-meter.ts";

const limits = { itemsMax: 10, valuesMax: 100, depthMax: 20 };

/** Whether it is too much, cut into single bytes or sent at once. */
function isTooMuch(text: string, isStream = false): boolean {
  const bytes = Buffer.from(text);
  const atOnce = new AnswerMeter(limits, isStream).push(bytes);
  const meter = new AnswerMeter(limits, isStream);
  assert.equal(
    [...bytes].some((byte) => meter.push(Uint8Array.of(byte))),
    atOnce,
  );
  return atOnce;
}

function listOf(items: number): string {
  return JSON.stringify({ result: { tools: Array.from({ length: items }, () => ({ name: 'a"\\,{[' })) } });
}

test("C4 an answer with more items, more values or deeper ones than it may have is too much, whatever its bytes", () => {
  assert.equal(isTooMuch(listOf(10)), false);
  assert.equal(isTooMuch(listOf(11)), true);
  assert.equal(isTooMuch(`[${listOf(6)},${listOf(6)}]`), true);
  assert.equal(isTooMuch(`{"result":{"structuredContent":{"rows":[${"1,".repeat(50)}1]}}}`), false);
  assert.equal(isTooMuch(`{"result":{"structuredContent":{"rows":[${"1,".repeat(101)}1]}}}`), true);
  assert.equal(isTooMuch(`${"[".repeat(20)}${"]".repeat(20)}`), false);
  assert.equal(isTooMuch("[".repeat(21)), true);
  assert.equal(isTooMuch(JSON.stringify({ result: { content: [{ text: "[{,".repeat(500) }] } })), false);
});

test("C4 each event of a stream is measured for itself, and what stands in other lines confuses nothing", () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const event = (items: number) => `id: "[[{${end}data: ${listOf(items)}${end}${end}`;
    assert.equal(isTooMuch(event(6).repeat(5), true), false);
    assert.equal(isTooMuch(event(6) + event(11), true), true);
    assert.equal(
      isTooMuch(`: "${end}data: {"result":${end}data: {"tools":[${"{},".repeat(10)}{}`, true),
      true,
    );
  }
});
