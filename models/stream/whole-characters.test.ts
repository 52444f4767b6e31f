import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelDelta, ModelEvent } from "../provider.ts";
import { WholeCharacters } from "./whole-characters.ts";

const part = (index: number, text: string): ModelEvent => ({
  type: "part",
  index,
  delta: { type: "text", text },
});

function passAll(events: readonly ModelEvent[]): readonly (readonly [number, ModelDelta])[] {
  const characters = new WholeCharacters();
  const passed = [...events.map((event) => characters.pass(event)), ...characters.flush()];
  return passed.flatMap((event) => (event?.type === "part" ? [[event.index, event.delta] as const] : []));
}

test("T4 an emoji split between two deltas arrives whole, also with another part between", () => {
  assert.deepEqual(passAll([part(0, "a\ud83d"), part(1, "x"), part(0, "\ude42b")]), [
    [0, { type: "text", text: "a" }],
    [1, { type: "text", text: "x" }],
    [0, { type: "text", text: "🙂b" }],
  ]);
});

test("T4 a half that stays alone becomes the replacement character, at once or at the end", () => {
  assert.deepEqual(passAll([part(0, "\ude42a"), part(0, "b\ud83d")]), [
    [0, { type: "text", text: "\ufffda" }],
    [0, { type: "text", text: "b" }],
    [0, { type: "text", text: "\ufffd" }],
  ]);
});

test("T4 a delta that is only the first half waits, without an empty event", () => {
  assert.deepEqual(passAll([part(0, "\ud83d"), part(0, "\ude42")]), [[0, { type: "text", text: "🙂" }]]);
});

test("T4 arguments of tool calls are kept whole too, and the beginning of a call is never held back", () => {
  const call = (args: string): ModelEvent => ({
    type: "part",
    index: 0,
    delta: { type: "tool-call", tool_call_id: "c", tool_name: "f", args_delta: args },
  });
  const args = passAll([call("\ud83d"), call('\ude42"}')]).map(
    ([, delta]) => "args_delta" in delta && delta.args_delta,
  );
  assert.deepEqual(args, ["", '🙂"}']);
});
